import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { errorCode } from './file-problem.ts';
import { makeFolders } from './folders.ts';

/**
 * Writes a whole file or nothing: to a temporary name in the same folder (made where it is missing), flushed, then renamed.
 * @throws SelfpasteError ENVIRONMENT_DISK_FULL, ENVIRONMENT_NOT_WRITABLE
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    makeFolders(folder);
    await withHandle(temporary, 'wx', async (file) => {
      await file.writeFile(data);
      await file.sync();
    });
    await rename(temporary, path);
    // The rename itself survives a power cut only once the folder is flushed.
    await withHandle(folder, 'r', (handle) => handle.sync());
  } catch (error) {
    // Where the temporary file could not be made, neither can it be removed: the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

/** What a failed write means to its user; any other error as it is. */
export function writeError(path: string, error: unknown): unknown {
  const code = errorCode(error);
  const name = JSON.stringify(path);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SelfpasteError(
      'ENVIRONMENT_DISK_FULL',
      `Expected room on the disk for ${name}, got ${code}`,
      'free some disk space, then run the same command again; a run that stopped goes on with `selfpaste resume`',
      error,
    );
  if (code && ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST'].includes(code))
    return new SelfpasteError(
      'ENVIRONMENT_NOT_WRITABLE',
      `Expected a place to write for ${name}, got ${code}`,
      'choose a folder that exists and that you may write to',
      error,
    );
  return error;
}

async function withHandle(path: string, flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
