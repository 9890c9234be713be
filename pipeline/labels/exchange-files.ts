import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import { expectation, SelfpasteError } from '../../core/index.ts';
import { type ExchangeFile, type ExchangeSource, writeFileAtomic } from '../../dataset/index.ts';

/** A file, or the files of a folder and those below it, as a format reads them. @throws SelfpasteError DATA_NO_EXCHANGE_FILE */
export function exchangeSource(path: string): ExchangeSource {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts?.isFile()) return { name: path, paths: [basename(path)], read: () => readFile(path) };
  if (facts?.isDirectory()) return { name: path, paths: filesBelow(path), read: (file) => readFile(join(path, file)) };
  throw new SelfpasteError(
    'DATA_NO_EXCHANGE_FILE',
    expectation('labels to read', 'a file or a folder', path),
    'name what the other program wrote',
  );
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();

/** What was written to memory, as it would be read from disk. */
export function sourceOfFiles(name: string, files: readonly ExchangeFile[]): ExchangeSource {
  const bytes = new Map(files.map((file) => [file.path, file.bytes]));
  return { name, paths: [...bytes.keys()], read: async (path) => bytes.get(path) ?? readFileSync(path) };
}

/**
 * Writes a format's files: a single one as `out` itself, where that has its ending; else into the folder `out`.
 * @returns the paths written
 * @throws SelfpasteError USAGE_OUT_IS_FOLDER, USAGE_FOLDER_NOT_EMPTY, before anything is written; what {@link writeFileAtomic} throws
 */
export async function writeExchangeFiles(out: string, files: readonly ExchangeFile[]): Promise<readonly string[]> {
  const isOne = files.length === 1 && endingOf(files[0].path) === endingOf(out);
  if (!isOne) requireFolder(out, files);
  const paths = files.map(({ path }) => (isOne ? out : join(out, path)));
  for (const [at, { bytes }] of files.entries()) await writeFileAtomic(paths[at], bytes);
  return paths;
}

const endingOf = (path: string): string => extname(path).toLowerCase();

/** A folder of its own: what an earlier export left in it would come back as a person's work. */
function requireFolder(out: string, files: readonly ExchangeFile[]): void {
  const like = files.find(({ path }) => endingOf(path) !== '' && endingOf(path) === endingOf(out));
  if (like !== undefined)
    throw new SelfpasteError(
      'USAGE_OUT_IS_FOLDER',
      expectation('--out', `a folder for ${files.length} files, of which ${like.path} is one`, out),
      `name a folder, as --out ${JSON.stringify(out.slice(0, -extname(out).length))}`,
    );
  if (!statSync(out, { throwIfNoEntry: false })?.isDirectory() || readdirSync(out).length === 0) return;
  throw new SelfpasteError(
    'USAGE_FOLDER_NOT_EMPTY',
    expectation('--out', 'a folder that is new or empty', out),
    'name another folder, or empty this one: an import reads all of it',
  );
}
