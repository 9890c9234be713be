import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { readDocument } from './coco-schema.ts';

/** A labeled part that a folder seems to hold: its COCO file, the folder of its pictures, and how many it names. */
export interface LabeledSketch {
  readonly annotations: string;
  readonly images: string;
  readonly pictures: number;
}

/** What a folder seems to hold. Paths are absolute. */
export interface DatasetSketch {
  readonly labeled: LabeledSketch;
  readonly validation: LabeledSketch;
  readonly unlabeled: { readonly images: string; readonly list: string | null } | null;
}

const VALIDATION_NAME = /val|valid|test/i;
const LABELED_NAME = /train|label/i;
const UNLABELED_NAME = /unlabel/i;

/**
 * Looks at a folder and one level below: COCO files by content, their parts by name or folder (val, valid, test against train, labeled, or the larger one),
 * pictures where the first file name exists, unlabeled ones by the word `unlabeled`.
 * @throws SelfpasteError DATA_UNREADABLE, DATA_NO_COCO_FILES
 */
export async function sketchDataset(folder: string): Promise<DatasetSketch> {
  const root = resolve(folder);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new SelfpasteError('DATA_UNREADABLE', `Expected a folder at ${root}`, 'check the path');
  const found = (await Promise.all(jsonFiles(root).map((file) => sketchCoco(root, file)))).filter((sketch) => sketch !== null);
  const parts = found.filter(({ annotations }) => !UNLABELED_NAME.test(basename(annotations)));
  const named = (pattern: RegExp, not: RegExp) =>
    parts.filter(({ annotations }) => pattern.test(partName(annotations)) && !not.test(partName(annotations)));
  const byPictures = (a: LabeledSketch, b: LabeledSketch) => b.pictures - a.pictures;
  const validation = named(VALIDATION_NAME, LABELED_NAME).sort(byPictures)[0] ?? parts.sort(byPictures)[1];
  const labeled = named(LABELED_NAME, VALIDATION_NAME).sort(byPictures)[0] ?? parts.sort(byPictures).find((part) => part !== validation);
  if (labeled === undefined || validation === undefined) throw notTwo(root, found);
  return { labeled, validation, unlabeled: findUnlabeled(root, labeled.images) };
}

/** What says which part a file is: its own name, or where that says nothing (`train/_annotations.coco.json`) its folder's. */
function partName(annotations: string): string {
  const name = basename(annotations);
  return VALIDATION_NAME.test(name) || LABELED_NAME.test(name) ? name : basename(dirname(annotations));
}

function entries(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function jsonFiles(root: string): string[] {
  const inside = (folder: string) =>
    entries(folder)
      .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith('.json'))
      .map((entry) => join(folder, entry.name));
  return [root, ...subfolders(root)].flatMap(inside);
}

const subfolders = (root: string): string[] =>
  entries(root)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => join(root, entry.name));

/** Null for files that are no COCO instance file with pictures that are there. */
async function sketchCoco(root: string, annotations: string): Promise<LabeledSketch | null> {
  const document = await readDocument(annotations).catch(() => null);
  if (document === null || document.images.length === 0 || (document.annotations ?? []).length === 0) return null;
  const names = document.images
    .map((image) => (image as { file_name?: unknown } | null)?.file_name)
    .filter((name) => typeof name === 'string');
  const places = [dirname(annotations), join(dirname(annotations), 'images'), root, join(root, 'images'), ...subfolders(root)];
  const images = places.find((place) => names.some((name) => existsSync(join(place, name))));
  return images === undefined ? null : { annotations, images, pictures: names.length };
}

function findUnlabeled(root: string, images: string): DatasetSketch['unlabeled'] {
  const list = entries(root).find((entry) => entry.isFile() && UNLABELED_NAME.test(entry.name) && entry.name.endsWith('.txt'));
  if (list !== undefined) return { images, list: join(root, list.name) };
  const folder = subfolders(root).find((name) => UNLABELED_NAME.test(basename(name)));
  return folder === undefined ? null : { images: folder, list: null };
}

function notTwo(root: string, found: readonly LabeledSketch[]): SelfpasteError {
  const seen = found.length === 0 ? 'none' : found.map(({ annotations }) => basename(annotations)).join(', ');
  return new SelfpasteError(
    'DATA_NO_COCO_FILES',
    `Expected two COCO instance files with their pictures in ${root} (one to train on, one to measure on), found ${seen}`,
    'put a train*.json and a val*.json there, or write selfpaste.yaml by hand: docs/config.md has every setting',
  );
}
