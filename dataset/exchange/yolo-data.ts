// biome-ignore lint/style/noRestrictedImports: a YOLO data set says its class names in YAML; the rule is about settings.
import { parse } from 'yaml';
import type { CocoCategory } from '../coco-categories.ts';
import type { ExchangeFile, ExchangeSource } from './exchange.ts';
import { badExchange, isObject, onlyPath } from './fields.ts';

/** Ultralytics' description of a data set, for a folder that has `images` beside `labels`. */
export function writeDataYaml(categories: readonly CocoCategory[]): ExchangeFile {
  const names = categories.map(({ name }, index) => `  ${index}: ${yamlText(name)}\n`);
  return { path: 'data.yaml', bytes: Buffer.from(`path: .\ntrain: images\nval: images\nnames:\n${names.join('')}`) };
}

/** JSON's text is YAML's too, but for characters that YAML takes for the end of a line or does not print. */
const yamlText = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Class names by index: `names` of a data set's only YAML file, a list or a map. */
export async function readClassNames(source: ExchangeSource): Promise<ReadonlyMap<number, string>> {
  const path = onlyPath(source, 'one YAML file with the class names (data.yaml)', (name) => /\.ya?ml$/i.test(name));
  const names = namesOf(path, Buffer.from(await source.read(path)).toString());
  const entries = Array.isArray(names) ? names.map((name, index) => [index, name]) : isObject(names) ? Object.entries(names) : [];
  const found = entries.filter(([index, name]) => Number.isInteger(Number(index)) && ['string', 'number'].includes(typeof name));
  if (found.length > 0) return new Map(found.map(([index, name]) => [Number(index), String(name)]));
  throw badExchange(path, 'class names by index under `names`', names === undefined ? 'none' : JSON.stringify(names).slice(0, 80));
}

function namesOf(path: string, text: string): unknown {
  try {
    // Aliases are what makes a small file large.
    const document: unknown = parse(text, { maxAliasCount: 0 });
    return isObject(document) ? document.names : undefined;
  } catch (error) {
    throw badExchange(path, 'YAML', error instanceof Error ? error.message.split('\n')[0] : String(error), error);
  }
}
