import { parseConfig } from './parse.ts';
import type { ResolvedConfig } from './resolve.ts';

/**
 * The configuration that a run keeps in its database: settings that its version of the program did not know have their defaults.
 * @param overrides `key.path=value`, for another look at the same run
 * @throws SelfpasteError as {@link parseConfig}
 */
export function restoreConfig(stored: ResolvedConfig, overrides: readonly string[] = []): ResolvedConfig {
  const { runFolder, hash, ...settings } = stored;
  return { ...parseConfig(JSON.stringify(settings), `the settings of ${runFolder}`, overrides), runFolder, hash };
}
