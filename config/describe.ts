import { stringify } from 'yaml';
import { z } from 'zod';
import { badValue } from '../core/index.ts';
import { READERS, type Reader, type RunConfigInput, runConfigSchema } from './schema.ts';

/** One setting as the documentation shows it. */
export interface SettingFacts {
  readonly key: string;
  readonly description: string;
  readonly unit: string | null;
  /** Undefined where there is none: the setting must be given. */
  readonly default: unknown;
  readonly range: string;
  /** Stages whose result depends on it, in their order. */
  readonly readBy: readonly Reader[];
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly readBy?: readonly Reader[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
}

/** Every setting in the schema's order. */
export function describeSettings(): readonly SettingFacts[] {
  return settingsOf(z.toJSONSchema(runConfigSchema, { io: 'input' }) as JsonSchema, '');
}

function settingsOf(schema: JsonSchema, prefix: string): readonly SettingFacts[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = prefix + name;
    const section = property.properties ? property : property.anyOf?.find((one) => one.properties);
    const own = property.description === undefined ? [] : [settingFacts(key, property)];
    return section ? [...(property.default === null ? own : []), ...settingsOf(section, `${key}.`)] : own;
  });
}

function settingFacts(key: string, schema: JsonSchema): SettingFacts {
  const { description = '', unit = null, readBy } = schema;
  if (readBy === undefined) throw badValue(`setting ${key}`, 'its readers beside its description', readBy);
  return { key, description, unit, default: schema.default, range: rangeOf(schema), readBy };
}

function rangeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  if (schema.anyOf) return schema.anyOf.map(rangeOf).filter(Boolean).join(' or ');
  if (schema.type === 'number' || schema.type === 'integer') return numberRange(schema);
  return KINDS[schema.type ?? ''] ?? '';
}

/** JSON schema's kinds in the reader's words. */
const KINDS: Readonly<Record<string, string>> = { null: 'null', string: 'text', array: 'list', object: 'table', boolean: 'true or false' };

function numberRange({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const kind = type === 'integer' ? 'integer' : 'number';
  const from =
    exclusiveMinimum !== undefined
      ? `above ${exclusiveMinimum}`
      : minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER
        ? `from ${minimum}`
        : '';
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : '';
  return [kind, from, to].filter(Boolean).join(' ');
}

/** docs/config.md, from the schema. */
export function configReference(): string {
  const rows = describeSettings().map(
    ({ key, description, unit, range, default: value, readBy }) =>
      `| \`${key}\` | ${description} | ${unit ?? ''} | ${range} | ${value === undefined ? '**required**' : `\`${JSON.stringify(value)}\``} | ${readBy.join(', ') || '-'} |`,
  );
  return `# Settings of a run

Generated from \`config/schema.ts\` by \`npm run docs\`. A configuration is a YAML file; relative paths are relative to its folder.
Any setting can be given on the command line as \`--set key=value\`, e.g. \`--set train.steps=500\`. Unknown keys are errors.

The last column names the stages whose result depends on a setting (${READERS.join(', ')}). By it \`selfpaste resume -c FILE\` says what another
value means to a run that has begun, see [resuming.md](resuming.md); a setting that no stage reads can be changed at any time.

| setting | what it does | unit | range | default | read by |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** A configuration file with every default written out and every setting explained. */
export function commentedConfig(input: RunConfigInput): string {
  const complete = runConfigSchema.parse(input);
  const notes = new Map(describeSettings().map(({ key, description, unit }) => [key, unit ? `${description} [${unit}]` : description]));
  return [
    '# Settings of a selfpaste run; docs/config.md explains them. Paths are relative to this file.',
    ...section(complete, '', '', notes),
  ]
    .join('\n')
    .concat('\n');
}

function section(value: object, prefix: string, indent: string, notes: ReadonlyMap<string, string>): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const key = prefix + name;
    const note = notes.get(key);
    const comment = note ? [`${indent}# ${note}`] : [];
    const nested = typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length > 0;
    if (nested)
      return [
        ...(indent === '' ? [''] : []),
        ...comment,
        `${indent}${name}:`,
        ...section(inner as object, `${key}.`, `${indent}  `, notes),
      ];
    return [...comment, `${indent}${name}: ${stringify(inner, { collectionStyle: 'flow' }).trim()}`];
  });
}
