import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep, win32 } from 'node:path';
import { type FileProblem, fileProblem } from './file-problem.ts';

/** A file inside the image root, by its real path; or why the name is refused. */
export type ConfinedFile = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly problem: FileProblem };

/**
 * Finds a file that a label file or a list names, and never anything outside `root`, unless that is allowed: no `..`, absolute path or
 * symbolic link leads out; a URL never does. A refused file is never opened.
 * @param root real path of the image folder. @param name relative to it, with `/` between folders.
 */
export async function confinedFile(root: string, name: string, allowOutside: boolean): Promise<ConfinedFile> {
  const refusal = refuseName(name) ?? (allowOutside ? undefined : refuseWay(root, name));
  if (refusal) return { ok: false, problem: refusal };
  const path = resolve(root, name);
  try {
    const real = await realpath(path);
    return allowOutside || isInside(root, real)
      ? { ok: true, path: real }
      : { ok: false, problem: outside(name, `it links to ${JSON.stringify(real)}`) };
  } catch (error) {
    return { ok: false, problem: fileProblem(path, error) };
  }
}

/** What is no file name in any folder. Absolute paths of Windows come first: they hold backslashes too, and deserve their own words. */
function refuseName(name: string): FileProblem | undefined {
  const shown = JSON.stringify(name);
  if (name === '') return { reason: 'bad-file-name', detail: 'the file name is empty' };
  if (name.includes('\0')) return { reason: 'bad-file-name', detail: `the file name ${shown} holds a NUL character` };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return { reason: 'file-is-url', detail: `${shown} is a URL, and nothing is downloaded` };
  if (!isAbsolute(name) && isWindowsPath(name)) return outside(name, 'it is an absolute path');
  if (name.includes('\\'))
    return { reason: 'bad-file-name', detail: `the file name ${shown} holds a backslash; folders are separated by "/"` };
  return undefined;
}

const isWindowsPath = (name: string): boolean => win32.isAbsolute(name) || /^[a-z]:/i.test(name);

function refuseWay(root: string, name: string): FileProblem | undefined {
  if (isAbsolute(name)) return outside(name, 'it is an absolute path');
  return isInside(root, resolve(root, name)) ? undefined : outside(name, 'it leaves the image folder by ".."');
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const outside = (name: string, why: string): FileProblem => ({
  reason: 'file-outside-root',
  detail: `${JSON.stringify(name)} is not inside the image folder: ${why}`,
});
