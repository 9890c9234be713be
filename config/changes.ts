import { isDeepStrictEqual } from 'node:util';
import { describeSettings } from './describe.ts';
import type { ResolvedConfig } from './resolve.ts';
import type { Reader } from './schema.ts';

/** A setting that has another value. */
export interface SettingChange {
  /** As in `--set`: policy.score. */
  readonly key: string;
  /** Undefined in a section that is null. */
  readonly before: unknown;
  readonly after: unknown;
  /** Stages whose result depends on it, in their order. */
  readonly readBy: readonly Reader[];
}

/**
 * The settings in which two configurations differ, in the schema's order. Lists and tables are one setting each, and so is a section that
 * only one of them has. Paths are compared as they resolve, so that another file with the same meaning changes nothing.
 */
export function settingsChanged(before: ResolvedConfig, after: ResolvedConfig): readonly SettingChange[] {
  const settings = describeSettings();
  const changes = settings
    .map(({ key, readBy }): SettingChange => ({ key, before: valueAt(before, key), after: valueAt(after, key), readBy }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after));
  const compared = changes.filter((change) => !isSectionOfBoth(change, settings));
  return compared.filter(({ key }) => !compared.some((section) => key.startsWith(`${section.key}.`)));
}

/** The settings of such a section are compared one by one. */
const isSectionOfBoth = ({ key, before, after }: SettingChange, settings: readonly { readonly key: string }[]): boolean =>
  before !== null && after !== null && settings.some((other) => other.key.startsWith(`${key}.`));

function valueAt(config: ResolvedConfig, key: string): unknown {
  return key.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name], config);
}
