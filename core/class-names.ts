/** A quoted string, a whole number, or punctuation. `u` is Python 2's mark of a text. */
const token = /\s*(?:u?'((?:[^'\\]|\\.)*)'|u?"((?:[^"\\]|\\.)*)"|(\d+)|([{}[\]:,]))/y;

type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'number' | 'mark'; readonly text: string };

/**
 * Class names by class index, from a model's metadata; null for a text that is none, and where indices are not 0..K-1.
 * Reads what exporters write: a Python dict (`{0: 'nucleus', 1: "it's"}`), a Python or JSON list, a JSON object with number keys.
 */
export function parseClassNames(text: string): readonly string[] | null {
  const tokens = tokenize(text);
  if (tokens === null || tokens.length < 2) return null;
  const brackets = tokens[0].text + tokens[tokens.length - 1].text;
  const items = splitItems(tokens.slice(1, -1));
  if (brackets === '{}') return namesByIndex(items.map(dictEntry));
  if (brackets === '[]') return namesByIndex(items.map(listEntry));
  return null;
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

function dictEntry(item: readonly Token[]): Entry | null {
  const [key, colon, name] = item;
  if (item.length !== 3 || key.kind === 'mark' || colon.text !== ':' || name.kind !== 'text' || !/^\d+$/.test(key.text)) return null;
  return [Number(key.text), name.text];
}

function listEntry(item: readonly Token[], index: number): Entry | null {
  return item.length === 1 && item[0].kind === 'text' ? [index, item[0].text] : null;
}

function namesByIndex(entries: readonly (Entry | null)[]): readonly string[] | null {
  const byIndex = new Map(entries.filter((entry) => entry !== null));
  const names = entries.map((_, index) => byIndex.get(index)).filter((name) => name !== undefined);
  return names.length > 0 && names.length === entries.length ? names : null;
}
