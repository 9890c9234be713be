import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep, win32 } from 'node:path';
import { SelfpasteError } from '../../core/index.ts';

/** A file beside a model that holds weights. */
export interface ExternalFile {
  /** As the model names it, relative to its folder. */
  readonly location: string;
  /** Its real path. */
  readonly path: string;
  readonly bytes: number;
}

/** Weights of all files beside a model together. 16 GiB. */
export const MAX_EXTERNAL_BYTES = 2 ** 34;

/**
 * Finds the files beside a model that hold its weights, and none outside its folder: a model file is not trusted, and ONNX Runtime opens
 * what it names. A model that is a link may name files of the folder that it links to, as download caches lay them out.
 * @param locations as the model states them. Throws MODEL_EXTERNAL_DATA for a path that leads out or is no plain file, MODEL_TOO_LARGE.
 */
export async function findExternalFiles(modelPath: string, locations: readonly string[]): Promise<readonly ExternalFile[]> {
  const folder = dirname(modelPath);
  const roots = [await realpath(folder), dirname(await realpath(modelPath))];
  const files: ExternalFile[] = [];
  for (const location of locations) files.push(await findFile(modelPath, roots, location));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > MAX_EXTERNAL_BYTES) throw tooLarge(modelPath, total);
  return files;
}

async function findFile(modelPath: string, roots: readonly string[], location: string): Promise<ExternalFile> {
  const refusal = refuseName(location);
  if (refusal !== null) throw refused(modelPath, location, refusal);
  const path = join(dirname(modelPath), location);
  try {
    const real = await realpath(path);
    if (!roots.some((root) => isInside(root, real))) throw refused(modelPath, location, `it lies outside the model's folder, at ${real}`);
    const entry = await stat(real);
    if (!entry.isFile()) throw refused(modelPath, location, 'it is no plain file');
    return { location, path: real, bytes: entry.size };
  } catch (cause) {
    if (cause instanceof SelfpasteError) throw cause;
    throw refused(modelPath, location, cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause));
  }
}

function refuseName(location: string): string | null {
  if (location === '') return 'it names no file';
  if (location.includes('\0')) return 'it holds a NUL character';
  if (isAbsolute(location) || win32.isAbsolute(location) || /^[a-z]:/i.test(location)) return 'it is an absolute path';
  if (location.includes('\\')) return 'it holds a backslash';
  return location.split('/').includes('..') ? 'it leaves the folder by ".."' : null;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const refused = (modelPath: string, location: string, why: string) =>
  new SelfpasteError(
    'MODEL_EXTERNAL_DATA',
    `Expected the weights of ${modelPath} in files of its own folder, got ${JSON.stringify(location)}: ${why}`,
    'put the model and its weights together in one folder, or export it as one file',
  );

const tooLarge = (modelPath: string, bytes: number) =>
  new SelfpasteError(
    'MODEL_TOO_LARGE',
    `Expected at most ${MAX_EXTERNAL_BYTES} bytes of weights beside ${modelPath}, got ${bytes}`,
    'use a smaller model',
  );
