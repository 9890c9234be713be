import { expectation, SelfpasteError } from '../../core/index.ts';

/** A quoted string, a whole number, or punctuation. `u` is Python 2's mark of a text. */
const token = /\s*(?:u?'((?:[^'\\]|\\.)*)'|u?"((?:[^"\\]|\\.)*)"|(\d+)|([{}[\]:,]))/y;

type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'number' | 'mark'; readonly text: string };

/**
 * Class names by class index, from a model's metadata.
 * Reads what exporters write: a Python dict (`{0: 'nucleus', 1: "it's"}`), a Python or JSON list, a JSON object with number keys.
 * Throws MODEL_BAD_NAMES for anything else and for indices that are not 0..K-1.
 */
export function parseClassNames(text: string): readonly string[] {
  const tokens = tokenize(text);
  if (tokens === null || tokens.length < 2) throw badNames(text);
  const open = tokens[0].text;
  const close = tokens[tokens.length - 1].text;
  const items = splitItems(tokens.slice(1, -1));
  if (open === '{' && close === '}')
    return namesByIndex(
      text,
      items.map((item) => dictEntry(text, item)),
    );
  if (open === '[' && close === ']')
    return namesByIndex(
      text,
      items.map((item, index) => listEntry(text, item, index)),
    );
  throw badNames(text);
}

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) return null;
    const [, single, double, number, mark] = match;
    const quoted = single ?? double;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: withoutEscapes(quoted) });
    else tokens.push(number !== undefined ? { kind: 'number', text: number } : { kind: 'mark', text: mark });
    at = token.lastIndex;
  }
  return tokens;
}

/** Python's and JSON's escapes; an unknown one stands for the character after the backslash. */
function withoutEscapes(quoted: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return quoted.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_, byte, unit, plain) =>
    plain === undefined ? String.fromCharCode(Number.parseInt(byte ?? unit, 16)) : (named[plain] ?? plain),
  );
}

/** The tokens between commas; a comma before the end is allowed, as Python does. */
function splitItems(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  for (const one of tokens) {
    if (one.kind === 'mark' && one.text === ',') items.push([]);
    else items[items.length - 1].push(one);
  }
  if (items[items.length - 1].length === 0) items.pop();
  return items;
}

type Entry = readonly [index: number, name: string];

function dictEntry(text: string, item: readonly Token[]): Entry {
  const [key, colon, name] = item;
  if (item.length !== 3 || key.kind === 'mark' || colon.text !== ':' || name.kind !== 'text' || !/^\d+$/.test(key.text))
    throw badNames(text);
  return [Number(key.text), name.text];
}

function listEntry(text: string, item: readonly Token[], index: number): Entry {
  if (item.length !== 1 || item[0].kind !== 'text') throw badNames(text);
  return [index, item[0].text];
}

function namesByIndex(text: string, entries: readonly Entry[]): readonly string[] {
  const byIndex = new Map(entries);
  const names = entries.map((_, index) => byIndex.get(index));
  if (names.length === 0 || names.includes(undefined)) throw badNames(text);
  return names as string[];
}

function badNames(text: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_BAD_NAMES',
    expectation("the model's metadata key 'names'", "class names by index, as in {0: 'cat', 1: 'dog'}", text),
    'write the names as a list into a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  );
}
