import { parseConfig } from './parse.ts';
import type { ResolvedConfig } from './resolve.ts';

/**
 * The configuration that a run keeps in its database: settings that its version of the program did not know have their defaults.
 * Its hash stays what it was, unless something is overridden.
 * @param overrides `key.path=value`, for another look at the same run; relative paths are relative to the current folder
 * @throws SelfpasteError as {@link parseConfig}
 */
export function restoreConfig(stored: ResolvedConfig, overrides: readonly string[] = []): ResolvedConfig {
  const { runFolder, hash, ...settings } = stored;
  const restored = parseConfig(JSON.stringify(settings), `the settings of ${runFolder}`, overrides, '.');
  return { ...restored, runFolder, hash: overrides.length === 0 ? hash : restored.hash };
}
