import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { type CategoryId, type ClassIndex, categoryId, classIndex, expectation, SelfpasteError } from '../../core/index.ts';
import {
  type CocoInstance,
  cocoDataset,
  cocoResults,
  decodeImage,
  drawOverlay,
  type Issue,
  listUnlabeled,
  readCocoImages,
  readCocoTruths,
  type UnlabeledListing,
  writeFileAtomic,
  writePng,
} from '../../dataset/index.ts';
import { type ModelDetections, type Picture, predictPictures } from '../../pipeline/index.ts';
import { type Detection, mapClasses, readContract } from '../../teacher/index.ts';
import { stopOnSignal } from '../interrupt.ts';
import { numberBetween, wholeNumber } from '../options.ts';
import { print, printable, printJson } from '../print.ts';

interface PredictOptions {
  readonly out: string;
  readonly gt?: string;
  readonly images?: string;
  readonly score: number;
  readonly nms: number;
  readonly maxDetections: number;
  readonly threads: number;
  readonly processes: number;
  readonly flip: boolean;
  readonly scales: readonly number[];
  readonly tile?: number;
  readonly overlap: number;
  readonly draw?: string;
  readonly json: boolean;
}

export function predictCommand(): Command {
  return new Command('predict')
    .description('Label pictures with a model and write them as COCO.')
    .argument('<model>', 'ONNX model')
    .argument('[images...]', 'pictures, or folders of pictures')
    .requiredOption('--out <file>', 'COCO instance file to write; with --gt, a COCO results file')
    .option('--gt <file>', 'take the pictures, their ids and the categories of this COCO file')
    .option('--images <folder>', 'with --gt: folder of its pictures')
    .option('--score <score>', 'lowest score', numberBetween(0, 1), 0.25)
    .option('--nms <iou>', 'overlap above which the better box of a class wins', numberBetween(0, 1), 0.7)
    .option('--max-detections <n>', 'most objects a picture', wholeNumber(1), 300)
    .option('--threads <n>', 'threads of each process; 0 chooses', wholeNumber(0), 0)
    .option('--processes <n>', 'labeling processes; 0 chooses', wholeNumber(0), 0)
    .option('--flip', 'also look at the mirror image', false)
    .option('--scales <list>', 'how large objects appear, a look each: 1,2', scaleList, [1])
    .option('--tile <px>', 'look at large pictures tile by tile', wholeNumber(32))
    .option('--overlap <share>', 'share of a tile that the next one sees too', numberBetween(0, 0.9), 0.25)
    .option('--draw <folder>', 'also write every picture with its objects drawn')
    .option('--json', 'facts as JSON', false)
    .action(predict);
}

/** Numbers separated by commas, for commander. */
const scaleList = (text: string): readonly number[] => text.split(',').map(numberBetween(0.1, 8));

/** A picture to label, and the id that it has in the output. */
interface NumberedPicture extends Picture {
  readonly id: number;
}

async function predict(model: string, images: readonly string[], options: PredictOptions): Promise<void> {
  const contract = await readContract(model);
  const { pictures, leftOut, categories, classes } =
    options.gt === undefined ? await ownCategories(images, contract.classNames) : await truthsCategories(options, contract.classNames);
  const instances: (CocoInstance & { score: number })[] = [];
  const records: { id: number; fileName: string; size: { width: number; height: number } }[] = [];
  const skipped: { fileName: string; reason: string }[] = [];
  const { score: floor, nms: nmsIou, maxDetections, threads, processes, flip, scales, tile, overlap } = options;
  const testTime = { flip, scales, tiling: tile === undefined ? null : { size: tile, overlap } };
  const settings = { floor, nmsIou, maxDetections, threads, processes, testTime };
  const onWarning = (text: string) => process.stderr.write(`warning: ${printable(text)}\n`);
  for (const { subject, detail } of leftOut) {
    skipped.push({ fileName: subject, reason: detail });
    onWarning(`${subject}: ${detail}`);
  }
  for await (const result of predictPictures(model, pictures, { settings, stop: stopOnSignal(), onWarning })) {
    const { id, fileName, path } = pictures[result.index] as NumberedPicture;
    if (result.status === 'unusable') {
      skipped.push({ fileName, reason: result.reason });
      onWarning(`${fileName}: ${result.reason}`);
      continue;
    }
    records.push({ id, fileName, size: result.size });
    instances.push(...result.detections.flatMap((detection) => instanceOf(detection, id, classes)));
    if (options.draw !== undefined) await draw(path, fileName, id, result, contract.classNames, options.draw);
  }
  const document = options.gt === undefined ? cocoDataset(records, categories, instances) : cocoResults(instances);
  await writeFileAtomic(options.out, JSON.stringify(document));
  if (options.json) printJson({ model, out: options.out, pictures: records.length, objects: instances.length, skipped });
  else
    print(
      `${instances.length} objects in ${records.length} pictures -> ${options.out}${skipped.length ? ` (${skipped.length} left out)` : ''}`,
    );
}

function instanceOf(
  { classIndex, score, box, mask }: Detection,
  imageId: number,
  classes: ReadonlyMap<ClassIndex, CategoryId>,
): (CocoInstance & { score: number })[] {
  const category = classes.get(classIndex);
  return category === undefined ? [] : [{ imageId, category, mask, box, score }];
}

interface Work {
  readonly pictures: readonly NumberedPicture[];
  /** What a folder or a data set names and cannot be labeled. */
  readonly leftOut: readonly Issue[];
  readonly categories: readonly { readonly id: CategoryId; readonly name: string }[];
  readonly classes: ReadonlyMap<ClassIndex, CategoryId>;
}

/** Without a data set, categories are the model's classes, numbered from 1 as COCO does; a model that itself begins at 1 keeps its numbers. */
async function ownCategories(images: readonly string[], classNames: readonly (string | null)[]): Promise<Work> {
  const first = classNames[0] === null ? 0 : 1;
  const named = classNames.flatMap((name, index) =>
    name === null ? [] : [{ index: classIndex(index), id: categoryId(index + first), name }],
  );
  const categories = named.map(({ id, name }) => ({ id, name }));
  const classes = new Map(named.map(({ index, id }) => [index, id]));
  const listings = await Promise.all(images.map(picturesAt));
  const pictures = listings.flatMap(({ entries }) => entries).map((picture, index) => ({ ...picture, id: index + 1 }));
  if (pictures.length === 0)
    throw new SelfpasteError(
      'USAGE_NO_IMAGES',
      'Expected pictures or folders to label, got none',
      'name them after the model, or give --gt FILE --images FOLDER',
    );
  return { pictures, leftOut: listings.flatMap(({ issues }) => issues), categories, classes };
}

async function picturesAt(path: string): Promise<UnlabeledListing> {
  const found = await stat(path).catch(() => null);
  if (found === null)
    throw new SelfpasteError('DATA_UNREADABLE', expectation('IMAGES', 'a picture or a folder that exists', path), 'check the path');
  if (!found.isDirectory()) return { entries: [{ fileName: basename(path), path: resolve(path) }], issues: [] };
  return listUnlabeled({ folder: path });
}

async function truthsCategories({ gt, images }: PredictOptions, classNames: readonly (string | null)[]): Promise<Work> {
  if (images === undefined)
    throw new SelfpasteError(
      'USAGE_NO_IMAGE_FOLDER',
      'Expected --images FOLDER beside --gt, got none',
      'name the folder that the file names in the truth are relative to',
    );
  const { categories } = await readCocoTruths(gt as string);
  const { map } = mapClasses(classNames, categories);
  const { images: files, issues } = await readCocoImages(gt as string, images);
  return {
    pictures: files.map(({ cocoId, fileName, path }) => ({ id: cocoId, fileName, path })),
    leftOut: issues,
    categories,
    classes: map,
  };
}

async function draw(
  path: string,
  fileName: string,
  id: number,
  result: Extract<ModelDetections, { status: 'detected' }>,
  classNames: readonly (string | null)[],
  folder: string,
): Promise<void> {
  const objects = result.detections.map(({ classIndex, score, mask, box }) => ({
    mask,
    box,
    label: `${classNames[classIndex]} ${score.toFixed(2)}`,
    colorIndex: classIndex,
  }));
  await writePng(resolve(folder, `${id}-${basename(fileName)}.png`), drawOverlay(await decodeImage(path), objects));
}
