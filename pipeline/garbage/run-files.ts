import { lstat, opendir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type RunFile, runFile } from './run-file.ts';

/**
 * The files of a run's folder, or of one folder in it, by path. Reads no more than a few names at a time, so that the event loop goes on.
 * @param below relative to the run's folder; one that is not there has no files
 */
export async function runFiles(folder: string, below = ''): Promise<RunFile[]> {
  const files: RunFile[] = [];
  for await (const path of pathsBelow(folder, below)) {
    const bytes = await sizeOf(join(folder, path));
    if (bytes !== null) files.push(runFile(path, bytes));
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function* pathsBelow(folder: string, below: string): AsyncGenerator<string> {
  const directory = await unlessGone(opendir(join(folder, below)));
  if (directory === null) return;
  for await (const entry of directory) {
    const path = posix.join(below, entry.name);
    if (entry.isDirectory()) yield* pathsBelow(folder, path);
    else yield path;
  }
}

/** A link counts as itself: what it leads to is not in the folder. */
const sizeOf = async (file: string): Promise<number | null> => (await unlessGone(lstat(file)))?.size ?? null;

/** Null where the file went away meanwhile. */
async function unlessGone<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
