import { basename, dirname, isAbsolute } from 'node:path';

/** What stands between quotes is one name, whatever is in it. */
const QUOTED = /(["'`])((?:file:\/\/)?~?\/[^"'`\n]*)\1/g;
/** Else a path ends before a space or what a sentence goes on with. Two slashes after a colon begin an address, no path. */
const BARE = /(?:file:\/\/|(?<![\p{L}\p{N}_/.~*\])]|:(?=\/\/)))~?\/[^\s"'`<>()[\]{},;|]*[^\s"'`<>()[\]{},;|.:!?]/gu;

/**
 * A text in which of every absolute path only the last part stands: folders of the machine that made a run say nothing to others, but may
 * name people and clients.
 * @param known paths that may stand in it: their folders may have spaces, which would end other paths
 */
export function withoutFolders(text: string, known: readonly string[] = []): string {
  const folders = [...new Set(known.flatMap((path) => [path, dirname(path)]))].filter((folder) => basename(folder) !== '');
  return folders
    .sort((a, b) => b.length - a.length)
    .reduce((rest, folder) => rest.replaceAll(`${folder}/`, '/').replaceAll(folder, () => `/${basename(folder)}`), text)
    .replaceAll(QUOTED, (_, quote: string, path: string) => `${quote}${basename(path)}${quote}`)
    .replaceAll(BARE, (path) => basename(path));
}

/** All absolute paths in a value, however deep. */
export function pathsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isAbsolute(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
