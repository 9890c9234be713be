import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { type RgbImage, type Rle, rle, toXywh } from '../core/index.ts';
import { makeFolders, writeFileAtomic } from '../dataset/index.ts';
import { ScenePainter } from './picture.ts';
import { categoryCount, pictureSize, type SceneDetection, type SceneObject, sceneDetections, sceneObjects } from './scene.ts';

/** What a benchmark reads. The same recipe makes the same bytes. */
export interface InputRecipe {
  readonly seed: number;
  readonly images: number;
  readonly detectionsPerImage: number;
  /** Whether the JPEGs and the raw masks are made too; evaluation needs neither. */
  readonly pictures: boolean;
}

/** Masks in masks.bin. */
const rawMasks = 200;

/**
 * Makes the inputs in a folder, unless it holds them already (its manifest.json is written last). The files are those of the peers'
 * own input maker: `images/000001.jpg`..., `instances_poly.json`, `instances_rle.json`, `detections_segm.json`, `detections_bbox.json`,
 * `masks.bin` with `masks.json`, and `manifest.json` with the SHA-256 of each.
 * @throws SelfpasteError ENVIRONMENT_DISK_FULL, ENVIRONMENT_NOT_WRITABLE
 */
export async function makeInputs(folder: string, recipe: InputRecipe): Promise<void> {
  if (existsSync(join(folder, 'manifest.json'))) return;
  makeFolders(join(folder, 'images'));
  const scenes = Array.from({ length: recipe.images }, (_, index) => makeScene(recipe, index + 1));
  const files = new InputFiles(folder);
  await files.write('instances_poly.json', instances(recipe, scenes, polygonOrRuns));
  await files.write(
    'instances_rle.json',
    instances(recipe, scenes, ({ mask }) => textRle(mask)),
  );
  await files.write(
    'detections_segm.json',
    results(scenes, ({ mask }) => ({ segmentation: textRle(mask) })),
  );
  await files.write(
    'detections_bbox.json',
    results(scenes, ({ mask }) => ({ bbox: bboxOf(mask) })),
  );
  if (recipe.pictures) await writePictures(files, recipe, scenes);
  await files.close();
}

/** The file name of a picture, inside `images/`. */
export const pictureName = (imageId: number): string => `${String(imageId).padStart(6, '0')}.jpg`;

interface Scene {
  readonly imageId: number;
  readonly objects: readonly SceneObject[];
  readonly detections: readonly SceneDetection[];
}

function makeScene({ seed, detectionsPerImage }: InputRecipe, imageId: number): Scene {
  const objects = sceneObjects(seed, imageId);
  return { imageId, objects, detections: sceneDetections(seed, imageId, objects, detectionsPerImage) };
}

async function writePictures(files: InputFiles, { seed }: InputRecipe, scenes: readonly Scene[]): Promise<void> {
  const painter = new ScenePainter(seed);
  for (const { imageId, objects } of scenes) {
    await files.write(`images/${pictureName(imageId)}`, await jpegOf(painter.paint(imageId, objects)));
  }
  const masks = scenes.flatMap(({ objects }) => objects.map(({ mask }) => mask)).slice(0, rawMasks);
  await files.write('masks.bin', Buffer.concat(masks.map(columnMajor)));
  const facts = masks.map((mask) => ({ h: mask.size.height, w: mask.size.width, area: rle.area(mask) }));
  await files.write('masks.json', JSON.stringify({ layout: 'uint8 0/1, column-major', masks: facts }));
}

/** As OpenCV writes it: quality 90 with colour at half the resolution. */
const jpegOf = ({ size, data }: RgbImage): Promise<Buffer> =>
  sharp(data, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:2:0' })
    .toBuffer();

/** A folder that remembers the hash of what was written to it. */
class InputFiles {
  readonly #folder: string;
  readonly #hashes = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(name: string, data: string | Uint8Array): Promise<void> {
    // Not flushed one by one: a folder without a manifest is made anew.
    await writeFile(join(this.#folder, name), data);
    this.#hashes.set(name, createHash('sha256').update(data).digest('hex'));
  }

  async close(): Promise<void> {
    const sorted = [...this.#hashes].sort(([a], [b]) => (a < b ? -1 : 1));
    await writeFileAtomic(join(this.#folder, 'manifest.json'), JSON.stringify(Object.fromEntries(sorted)));
  }
}

function instances({ seed }: InputRecipe, scenes: readonly Scene[], segmentation: (object: SceneObject) => unknown): string {
  const objects = scenes.flatMap(({ imageId, objects }) => objects.map((object) => ({ imageId, object })));
  return withDecimalBoxes({
    info: { description: 'made by the benchmarks of selfpaste', seed },
    images: scenes.map(({ imageId }) => ({ id: imageId, file_name: pictureName(imageId), ...pictureSize })),
    categories: Array.from({ length: categoryCount }, (_, index) => ({ id: index + 1, name: `class_${index + 1}` })),
    annotations: objects.map(({ imageId, object }, index) => ({
      id: index + 1,
      image_id: imageId,
      category_id: object.category,
      iscrowd: object.crowd ? 1 : 0,
      area: rle.area(object.mask),
      bbox: bboxOf(object.mask),
      segmentation: segmentation(object),
    })),
  });
}

function results(scenes: readonly Scene[], place: (detection: SceneDetection) => object): string {
  return withDecimalBoxes(
    scenes.flatMap(({ imageId, detections }) =>
      detections.map((detection) => ({
        image_id: imageId,
        category_id: detection.category,
        ...place(detection),
        score: detection.score,
      })),
    ),
  );
}

/** Python reads 72 as an integer and 72.0 as a number; of integers alone pycocotools makes no boxes. */
function withDecimalBoxes(content: object): string {
  return JSON.stringify(content).replace(/"bbox":\[([^\]]+)\]/g, (_, sides: string) => `"bbox":[${sides.replaceAll(/\d+/g, '$&.0')}]`);
}

/** Crowds have uncompressed runs, as COCO's do. */
const polygonOrRuns = ({ outline, mask, crowd }: SceneObject): unknown =>
  crowd ? { size: sizeOf(mask), counts: [...mask.counts] } : [outline];
const textRle = (mask: Rle) => ({ size: sizeOf(mask), counts: rle.countsToString(mask.counts) });
const sizeOf = ({ size }: Rle): [number, number] => [size.height, size.width];

function bboxOf(mask: Rle): [number, number, number, number] {
  const { x, y, width, height } = toXywh(rle.toBox(mask));
  return [x, y, width, height];
}

function columnMajor(mask: Rle): Uint8Array {
  const bytes = new Uint8Array(mask.size.width * mask.size.height);
  for (let run = 0, at = 0; run < mask.counts.length; at += mask.counts[run++]) bytes.fill(run % 2, at, at + mask.counts[run]);
  return bytes;
}

/** The raw masks of a folder of inputs, as row-major bit masks. */
export async function readRawMasks(folder: string): Promise<{ readonly size: typeof pictureSize; readonly data: Uint8Array }[]> {
  const bytes = await readFile(join(folder, 'masks.bin'));
  const { width, height } = pictureSize;
  return Array.from({ length: bytes.length / (width * height) }, (_, index) => {
    const data = new Uint8Array(width * height);
    const first = index * width * height;
    for (let at = 0; at < data.length; at++) data[(at % height) * width + Math.floor(at / height)] = bytes[first + at];
    return { size: pictureSize, data };
  });
}
