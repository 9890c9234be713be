import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { expectation, SelfpasteError } from '../core/index.ts';
import { closest } from './closest.ts';
import { type ResolvedConfig, resolveConfig } from './resolve.ts';
import { type RunConfig, runConfigSchema } from './schema.ts';

/**
 * A configuration file's text, and settings from the command line as `key.path=value`, to the configuration that travels.
 * @param file the configuration's file, or what its settings are called
 * @param folder what relative paths are relative to: that of the file
 * @throws SelfpasteError CONFIG_NOT_YAML, CONFIG_UNKNOWN_KEY, CONFIG_INVALID; each names the setting, what was expected and what came;
 * USAGE_BAD_SETTING
 */
export function parseConfig(text: string, file: string, overrides: readonly string[] = [], folder = dirname(file)): ResolvedConfig {
  const document = readYaml(text, file);
  const input = overrides.reduce<unknown>(override, document);
  const result = runConfigSchema.safeParse(input);
  if (!result.success) throw invalid(result.error.issues[0] as z.core.$ZodIssue, input, file);
  return resolveConfig(result.data as RunConfig, folder);
}

function readYaml(text: string, file: string): unknown {
  const value = yamlValue(
    text,
    (why) =>
      new SelfpasteError('CONFIG_NOT_YAML', `Expected YAML in ${file}, but it cannot be read: ${why}`, 'mend the line that is named'),
  );
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new SelfpasteError('CONFIG_INVALID', expectation(file, 'settings (key: value)', value), 'write one with `selfpaste init`');
}

/** Some faults, as an alias of nothing, only show when the document becomes a value. */
function yamlValue(text: string, refusal: (why: string) => SelfpasteError): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors[0]) throw refusal(document.errors[0].message);
  try {
    return document.toJS();
  } catch (error) {
    throw refusal((error as Error).message);
  }
}

/** `train.steps=500` over a document; the value is YAML, so numbers, lists and null work. */
function override(document: unknown, assignment: string): unknown {
  const at = assignment.indexOf('=');
  const refusal = (why: string) =>
    new SelfpasteError(
      'USAGE_BAD_SETTING',
      `${expectation('--set', 'key=value', assignment)}${why}`,
      'write it like --set train.steps=500; quote text that YAML reads as something else',
    );
  if (at <= 0) throw refusal('');
  const value = yamlValue(assignment.slice(at + 1), (why) => refusal(`: ${why}`));
  return assign(document, assignment.slice(0, at).split('.'), value);
}

function assign(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const record = typeof target === 'object' && target !== null && !Array.isArray(target) ? (target as Record<string, unknown>) : {};
  const name = key as string;
  return { ...record, [name]: rest.length === 0 ? value : assign(record[name], rest, value) };
}

function invalid(issue: z.core.$ZodIssue, input: unknown, file: string): SelfpasteError {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return unknownKey([...path, issue.keys[0] as string], file);
  const value = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], input);
  const message =
    value === undefined
      ? `Expected a value for ${path.join('.')} in ${file}, got none`
      : expectation(path.join('.'), expected(issue), value);
  return new SelfpasteError('CONFIG_INVALID', message, `correct ${path.join('.')} in ${file}; docs/config.md describes it`);
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `a number or length of at least ${issue.minimum}`;
    case 'too_big':
      return `a number or length of at most ${issue.maximum}`;
    default:
      return `a valid value (${issue.message})`;
  }
}

function unknownKey(path: readonly string[], file: string): SelfpasteError {
  const known = keysAt(path.slice(0, -1));
  const near = closest(path.at(-1) as string, known);
  const hint = near ? `did you mean ${[...path.slice(0, -1), near].join('.')}?` : `use one of ${known.join(', ')}`;
  return new SelfpasteError('CONFIG_UNKNOWN_KEY', `Expected a known setting in ${file}, got ${path.join('.')}`, hint);
}

/** Names of the settings inside a section of the schema. */
function keysAt(path: readonly string[]): string[] {
  let schema: unknown = runConfigSchema;
  for (const key of path) schema = shapeOf(schema)?.[key];
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  let inner = schema as { shape?: Record<string, unknown>; def?: { innerType?: unknown } } | undefined;
  while (inner && !inner.shape && inner.def?.innerType) inner = inner.def.innerType as typeof inner;
  return inner?.shape ?? null;
}
