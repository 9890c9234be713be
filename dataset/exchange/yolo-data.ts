// biome-ignore lint/style/noRestrictedImports: a YOLO data set says its class names in YAML; the rule is about settings.
import { parse } from 'yaml';
import type { CocoCategory } from '../coco-categories.ts';
import type { ExchangeFile, ExchangeSource } from './exchange.ts';
import { badExchange, isObject, onlyPath, RUN, readRun } from './fields.ts';

/** What a data set's YAML says of its labels. */
export interface DataYaml {
  /** Class names by index. */
  readonly names: ReadonlyMap<number, string>;
  /** The run that all labels are of; absent where nobody says. */
  readonly run?: string;
}

/** Ultralytics' description of a data set, for a folder that has `images` beside `labels`. Keys that it does not know it passes over. */
export function writeDataYaml(categories: readonly CocoCategory[], run: string | undefined): ExchangeFile {
  const names = categories.map(({ name }, index) => `  ${index}: ${yamlText(name)}\n`);
  const origin = run === undefined ? '' : `${RUN}: ${yamlText(run)}\n`;
  return { path: 'data.yaml', bytes: Buffer.from(`path: .\ntrain: images\nval: images\nnames:\n${names.join('')}${origin}`) };
}

/** JSON's text is YAML's too, but for characters that YAML takes for the end of a line or does not print. */
const yamlText = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A data set's only YAML file; its `names` are a list or a map. */
export async function readDataYaml(source: ExchangeSource): Promise<DataYaml> {
  const path = onlyPath(source, 'one YAML file with the class names (data.yaml)', (name) => /\.ya?ml$/i.test(name));
  const document = documentOf(path, Buffer.from(await source.read(path)).toString());
  const { names } = document;
  const entries = Array.isArray(names) ? names.map((name, index) => [index, name]) : isObject(names) ? Object.entries(names) : [];
  const found = entries.filter(([index, name]) => Number.isInteger(Number(index)) && ['string', 'number'].includes(typeof name));
  if (found.length > 0) return { names: new Map(found.map(([index, name]) => [Number(index), String(name)])), ...readRun(document[RUN]) };
  throw badExchange(path, 'class names by index under `names`', names === undefined ? 'none' : JSON.stringify(names).slice(0, 80));
}

function documentOf(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    // Aliases are what makes a small file large.
    const document: unknown = parse(text, { maxAliasCount: 0 });
    return isObject(document) ? document : {};
  } catch (error) {
    throw badExchange(path, 'YAML', error instanceof Error ? error.message.split('\n')[0] : String(error), error);
  }
}
