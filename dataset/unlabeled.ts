import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { confinedFile } from './confinement.ts';
import { fileProblem } from './file-problem.ts';
import { type Issue, IssueLog } from './issue.ts';
import { readBytes } from './json-file.ts';
import { type DataLimits, DEFAULT_LIMITS } from './limits.ts';

/** Where unlabeled pictures come from: every picture of a folder, or a text file of names relative to `root`, one a line. */
export type UnlabeledSource = { readonly folder: string } | { readonly list: string; readonly root: string };

/** A picture by its name (relative to the folder, `/` between folders) and its path. */
export interface ImageEntry {
  readonly fileName: string;
  readonly path: string;
}

export interface UnlabeledListing {
  readonly entries: readonly ImageEntry[];
  readonly issues: readonly Issue[];
}

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.avif']);

/**
 * Lists unlabeled pictures without opening them. A folder is searched with its sub-folders and sorted by name (code units): pictures are known
 * by extension, other files are ignored in silence; hidden pictures, files without extension, links that lead out and folders named like
 * pictures are issues; linked folders are not searched, and said. A list keeps its order; names that are absent, lead out of `root` without
 * leave or come twice are issues.
 * @throws SelfpasteError DATA_NO_IMAGES, DATA_UNREADABLE
 */
export async function listUnlabeled(source: UnlabeledSource, { allowOutside }: DataLimits = DEFAULT_LIMITS): Promise<UnlabeledListing> {
  const place = 'folder' in source ? source.folder : source.list;
  const log = new IssueLog(place);
  const root = await realFolder('folder' in source ? source.folder : source.root);
  const names = 'folder' in source ? (await walk(root, '', log)).sort(byCodeUnits) : await readNames(source.list, log);
  const byPath = new Map<string, ImageEntry>();
  for (const { name, subject } of names) {
    const file = await confinedFile(root, name, allowOutside);
    const same = file.ok ? byPath.get(file.path) : undefined;
    if (!file.ok) log.add(subject, file.problem.reason, file.problem.detail);
    else if (same) log.add(subject, 'duplicate-entry', `${JSON.stringify(name)} is the same file as ${JSON.stringify(same.fileName)}`);
    else byPath.set(file.path, { fileName: name, path: file.path });
  }
  if (byPath.size === 0) throw noImages(place, log);
  return { entries: [...byPath.values()], issues: log.issues };
}

/**
 * Names of the pictures that a folder has by now, as {@link listUnlabeled} finds them, in no order: links and what else is wrong with them are
 * not looked into. Throws what reading a folder throws, and the signal's reason once that is aborted.
 */
export async function pictureNames(folder: string, stop: AbortSignal): Promise<readonly string[]> {
  return (await walk(folder, '', new IssueLog(folder), stop)).map(({ name }) => name);
}

/** The real path of a folder. @throws SelfpasteError DATA_UNREADABLE */
export async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    await readdir(real);
    return real;
  } catch (error) {
    const { reason } = fileProblem(path, error);
    throw new SelfpasteError(
      'DATA_UNREADABLE',
      `Expected a folder of pictures for ${JSON.stringify(path)}, got ${reason}`,
      'check the path and who may read it',
      error,
    );
  }
}

interface NamedFile {
  readonly name: string;
  readonly subject: string;
}

const byCodeUnits = (a: NamedFile, b: NamedFile): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

async function walk(root: string, folder: string, log: IssueLog, stop?: AbortSignal): Promise<NamedFile[]> {
  stop?.throwIfAborted();
  const found: NamedFile[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const refusal = refuseEntry(entry);
    if (refusal) log.add(name, refusal.reason, refusal.detail);
    else if (await isLinkedFolder(join(root, name), entry))
      log.add(name, 'linked-folder', 'folders that are linked into this one are not searched');
    else if (entry.isDirectory() && !isHidden(entry)) found.push(...(await walk(root, name, log, stop)));
    else if (looksLikeImage(entry.name) && !entry.isDirectory()) found.push({ name, subject: name });
  }
  return found;
}

const looksLikeImage = (name: string): boolean => EXTENSIONS.has(extname(name).toLowerCase());
/** Links could lead in a circle, and the same picture would have many names. */
async function isLinkedFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false;
  const target = await stat(path).catch(() => null);
  return target?.isDirectory() ?? false;
}

const isHidden = (entry: Dirent): boolean => entry.name.startsWith('.');

function refuseEntry(entry: Dirent): { reason: string; detail: string } | undefined {
  if (entry.isDirectory())
    return looksLikeImage(entry.name)
      ? { reason: 'not-a-file', detail: 'a folder that is named like a picture is not searched' }
      : undefined;
  if (isHidden(entry)) return looksLikeImage(entry.name) ? { reason: 'hidden', detail: 'hidden files are not used' } : undefined;
  if (entry.isFile() && extname(entry.name) === '')
    return { reason: 'no-extension', detail: 'files of a folder are known by their extension; this one has none' };
  return undefined;
}

async function readNames(list: string, log: IssueLog): Promise<NamedFile[]> {
  const text = new TextDecoder('utf-8').decode(await readBytes(list));
  const lines = text.split(/\r?\n/);
  const seen = new Set<string>();
  const names: NamedFile[] = [];
  for (const [index, name] of lines.entries()) {
    const subject = `line ${index + 1}`;
    if (name === '') continue;
    if (seen.has(name)) log.add(subject, 'duplicate-entry', `${JSON.stringify(name)} is listed before`);
    else names.push({ name, subject });
    seen.add(name);
  }
  return names;
}

function noImages(place: string, log: IssueLog): SelfpasteError {
  return new SelfpasteError(
    'DATA_NO_IMAGES',
    `Expected at least one picture for ${JSON.stringify(place)}, got none: ${log.summary()}`,
    `give a folder of pictures (${[...EXTENSIONS].map((extension) => extension.slice(1)).join(', ')}) or a list of their names`,
  );
}
