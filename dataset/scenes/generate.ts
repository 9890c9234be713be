import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Size } from '../../core/index.ts';
import { writeFileAtomic } from '../atomic-file.ts';
import { type CocoImageRecord, type CocoInstance, cocoDataset } from '../coco-write.ts';
import { writeJpeg } from '../picture-file.ts';
import { renderScene, SCENE_CATEGORIES } from './scene.ts';

/** How many pictures of each part to make. The same recipe makes the same bytes. */
export interface SceneRecipe {
  readonly seed: number;
  readonly labeled: number;
  readonly validation: number;
  readonly unlabeled: number;
  readonly size: Size;
}

/** Where the parts of a generated data set lie. */
export interface SceneFiles {
  readonly imageRoot: string;
  /** COCO instance files. */
  readonly labeled: string;
  readonly validation: string;
  /** File names, one a line. */
  readonly unlabeled: string;
  /** COCO instance file of the unlabeled pictures: kept aside, to measure pseudo-labels, never to train on. */
  readonly unlabeledTruth: string;
}

interface Part {
  readonly images: CocoImageRecord[];
  readonly instances: CocoInstance[];
}

/**
 * Makes the demo data set in a folder: `images/`, `train_labeled.json`, `val.json`, `unlabeled.txt` and `unlabeled_truth.json`.
 * @throws SelfpasteError ENVIRONMENT_DISK_FULL, ENVIRONMENT_NOT_WRITABLE
 */
export async function generateScenes(folder: string, recipe: SceneRecipe): Promise<SceneFiles> {
  const files: SceneFiles = {
    imageRoot: join(folder, 'images'),
    labeled: join(folder, 'train_labeled.json'),
    validation: join(folder, 'val.json'),
    unlabeled: join(folder, 'unlabeled.txt'),
    unlabeledTruth: join(folder, 'unlabeled_truth.json'),
  };
  await mkdir(files.imageRoot, { recursive: true });
  const { labeled, validation, unlabeled } = recipe;
  await writePart(files.labeled, await renderPart(files.imageRoot, recipe, 0, labeled));
  await writePart(files.validation, await renderPart(files.imageRoot, recipe, labeled, validation));
  const rest = await renderPart(files.imageRoot, recipe, labeled + validation, unlabeled);
  await writePart(files.unlabeledTruth, rest);
  await writeFileAtomic(files.unlabeled, rest.images.map(({ fileName }) => `${fileName}\n`).join(''));
  return files;
}

async function renderPart(imageRoot: string, { seed, size }: SceneRecipe, first: number, count: number): Promise<Part> {
  const part: Part = { images: [], instances: [] };
  for (let index = first; index < first + count; index++) {
    const { image, instances } = renderScene(seed, index, size);
    const id = index + 1;
    const fileName = `${String(id).padStart(6, '0')}.jpg`;
    await writeJpeg(join(imageRoot, fileName), image);
    part.images.push({ id, fileName, size });
    part.instances.push(...instances.map((instance) => ({ imageId: id, ...instance })));
  }
  return part;
}

async function writePart(path: string, { images, instances }: Part): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(cocoDataset(images, SCENE_CATEGORIES, instances))}\n`);
}
