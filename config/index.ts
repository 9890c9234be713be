/** Settings: what a run can be told, checked and resolved. */
export { type SettingChange, settingsChanged } from './changes.ts';
export { commentedConfig, configReference, describeSettings, type SettingFacts } from './describe.ts';
export { parseConfig } from './parse.ts';
export { type ResolvedConfig, resolveConfig } from './resolve.ts';
export { restoreConfig } from './restore.ts';
export { isRunName, READERS, type Reader, type RunConfig, type RunConfigInput, runConfigSchema } from './schema.ts';
