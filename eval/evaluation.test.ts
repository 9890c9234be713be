import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CategoryId, categoryId, fromXywh, type GroundTruth, type Rle, rle, type Size } from '../core/index.ts';
import {
  type Detection,
  type EvaluationImage,
  type EvaluationOptions,
  evaluate,
  type IouType,
  type MaxDetections,
  matchImages,
  precisionRecall,
  summarize,
} from './index.ts';
import {
  assertCurve,
  assertNumbers,
  type GoldenScenes,
  goldenImage,
  instance,
  type Metrics,
  readGolden,
  tolerance,
  truthOf,
} from './test-scenes.ts';

interface Expected {
  readonly iou: IouType;
  readonly boxAreas: boolean;
  readonly limits: MaxDetections;
  readonly agnostic: boolean;
  readonly total: Metrics;
  readonly perCategory: Readonly<Record<string, Metrics>>;
  readonly precision50: readonly number[];
  /** Of the first category in ascending order. */
  readonly curves: readonly (readonly number[])[];
}

interface Golden extends GoldenScenes {
  readonly categories: readonly number[];
  readonly images: readonly number[];
  readonly scenes: readonly Expected[];
  readonly nuclei: readonly Expected[];
}

const golden = readGolden<Golden>('coco-eval.json');
const categories = golden.categories.map(categoryId);

for (const expected of golden.scenes) {
  test(`scenes as pycocotools measures them: ${describe(expected)}`, () => {
    assertMeasured(scenes(expected.boxAreas), categories, expected);
  });
}

const nucleiPath = join(process.cwd(), '../shared/data/dsb2018/val.json');
const skip = existsSync(nucleiPath) ? false : '../shared/data/dsb2018 is absent';

test('shifted nuclei as pycocotools measures them', { skip }, () => {
  const images = shiftedNuclei(nucleiPath);
  for (const expected of golden.nuclei) assertMeasured(images, [categoryId(1)], expected);
});

test('a perfect answer has 1 everywhere, and no truth at all has null', () => {
  const truth = truthOf(fromXywh({ x: 3, y: 3, width: 8, height: 8 }));
  const perfect = evaluate([{ truths: [truth], detections: [{ ...truth, score: 0.5 }] }], [truth.category], 'segm');
  assertNumbers(perfect, { ap: 1, ap50: 1, apSmall: 1, apLarge: null, ar1: 1, arSmall: 1, truths: 1 }, 'perfect');
  const empty = evaluate([{ truths: [], detections: [{ ...truth, score: 0.5 }] }], [truth.category], 'segm');
  assert.deepEqual([empty.ap, empty.ar100, empty.precision50, empty.perCategory[0].ap], [null, null, [], null]);
  assert.equal(evaluate([], [], 'bbox').ap, null);
});

test('categories that were not asked for leave the numbers alone', () => {
  const images = scenes(false);
  const some = [categoryId(1), categoryId(7)];
  const only = images.map(({ truths, detections }) => ({
    truths: truths.filter(({ category }) => some.includes(category)),
    detections: detections.filter(({ category }) => some.includes(category)),
  }));
  assert.deepEqual(evaluate(images, some, 'segm'), evaluate(only, some, 'segm'));
});

test('images may come one at a time, and any order of categories gives the same', () => {
  const images = scenes(false);
  let taken = 0;
  const oneByOne = function* (): Generator<EvaluationImage> {
    for (const image of images) {
      taken++;
      yield image;
    }
  };
  const { perCategory, ...numbers } = evaluate(oneByOne(), categories, 'segm');
  const backwards = evaluate(images, categories.toReversed(), 'segm');
  assert.equal(taken, images.length);
  assert.deepEqual(perCategory, backwards.perCategory.toReversed());
  assertNumbers(backwards, { ap: numbers.ap, apLarge: numbers.apLarge, ar1: numbers.ar1, truths: numbers.truths }, 'backwards');
  const agnostic = { categoryAgnostic: true };
  assert.deepEqual(evaluate(images, categories, 'segm', agnostic), evaluate(images, categories.toReversed(), 'segm', agnostic));
});

test('what is kept of an image does not hold its masks', () => {
  const bytes = (images: readonly EvaluationImage[]): number => JSON.stringify(matchImages(images, categories, 'segm')).length;
  const images = scenes(true);
  const larger = images.map(({ truths, detections }) => ({ truths: truths.map(doubled), detections: detections.map(doubled) }));
  assert.equal(bytes(larger), bytes(images));
});

test('the input is left as it was', () => {
  const images = scenes(false);
  const before = structuredClone(images);
  evaluate(images, categories, 'segm');
  assert.deepEqual(images, before);
});

test('a detection whose mask is of another size than the image is refused', () => {
  const truth = truthOf(fromXywh({ x: 0, y: 0, width: 4, height: 4 }));
  const other = { ...truth, score: 1, mask: rle.fromBox({ width: 9, height: 9 }, truth.box) };
  assert.throws(() => evaluate([{ truths: [truth], detections: [other] }], [truth.category], 'segm'), { code: 'DATA_SIZE_MISMATCH' });
});

function assertMeasured(images: readonly EvaluationImage[], of: readonly CategoryId[], expected: Expected): void {
  const matches = matchImages(images, of, expected.iou, optionsOf(expected));
  const actual = summarize(matches);
  assertNumbers(actual, expected.total, 'total');
  assert.equal(actual.perCategory.length, Object.keys(expected.perCategory).length);
  for (const row of actual.perCategory) assertNumbers(row, expected.perCategory[row.category], `category ${row.category}`);
  assertCurve(actual.precision50, expected.precision50, 'mean precision at IoU 0.50');
  const first = expected.agnostic ? 'all' : Math.min(...of);
  const curves = precisionRecall(matches).find(({ category }) => category === first)?.curves ?? [];
  assert.equal(curves.length, expected.curves.length);
  curves.forEach((curve, t) => {
    assertCurve(curve, expected.curves[t], `threshold ${t} of category ${first}`);
  });
}

function describe({ iou, boxAreas, limits, agnostic }: Expected): string {
  return `${iou}${boxAreas ? ' with areas of boxes' : ''}${agnostic ? ', whatever the category' : ''}, best ${limits.join(', ')}`;
}

const optionsOf = ({ limits, agnostic }: Expected): EvaluationOptions => ({ maxDetections: limits, categoryAgnostic: agnostic });

/** The golden's images in ascending order of id. */
function scenes(boxAreas: boolean): EvaluationImage[] {
  return golden.images.toSorted((a, b) => a - b).map((id) => goldenImage(golden, id, boxAreas));
}

/** Truths of a public data set, and detections made of them by the rule of test/golden/make/coco-eval.py, function `shifted`. */
function shiftedNuclei(path: string): EvaluationImage[] {
  const { images, annotations } = JSON.parse(readFileSync(path, 'utf8')) as {
    images: { id: number; width: number; height: number }[];
    annotations: { image_id: number; area: number; bbox: [number, number, number, number]; segmentation: { counts: string } }[];
  };
  const byImage = new Map(images.map(({ id, width, height }) => [id, { size: { width, height }, truths: [], detections: [] } as Nuclei]));
  annotations.forEach(({ image_id, area, bbox, segmentation }, at) => {
    const image = byImage.get(image_id);
    assert.ok(image);
    const truth = instance(image.size, { image: image_id, category: 1, counts: segmentation.counts, bbox });
    image.truths.push({ ...truth, crowd: false, areaPx2: area });
    const hash = Math.imul(at, 2654435761) >>> 0;
    if ((hash >>> 4) % 8 === 0) return;
    const mask = shift(truth.mask, ((hash >>> 7) % 7) - 3, ((hash >>> 12) % 5) - 2);
    image.detections.push({ category: truth.category, mask, box: rle.toBox(mask), score: ((hash >>> 16) % 500) / 500 });
  });
  return images.map(({ id }) => byImage.get(id) as Nuclei);
}

interface Nuclei {
  readonly size: Size;
  readonly truths: GroundTruth[];
  readonly detections: Detection[];
}

function shift(mask: Rle, dx: number, dy: number): Rle {
  const { width, height } = mask.size;
  return rle.encode(rle.decodeInside(mask, { x1: -dx, y1: -dy, x2: width - dx, y2: height - dy }));
}

/** The same mask on a grid twice as fine, and with the area that decides about bands as before. */
function doubled<Instance extends { readonly mask: Rle }>(instance: Instance): Instance {
  const { width, height } = instance.mask.size;
  const coarse = rle.decode(instance.mask).data;
  const data = new Uint8Array(4 * width * height);
  for (let at = 0; at < data.length; at++) data[at] = coarse[Math.floor(at / (4 * width)) * width + Math.floor((at % (2 * width)) / 2)];
  return { ...instance, mask: rle.encode({ size: { width: 2 * width, height: 2 * height }, data }) };
}

interface GoldenBoxes {
  readonly truths: readonly (readonly [image: number, x: number, y: number, width: number, height: number])[];
  readonly detections: readonly (readonly [image: number, x: number, y: number, width: number, height: number, score: number])[];
  readonly numbers: Metrics;
}

test('boxes with hundredths on the edge of a threshold, as pycocotools measures them from width and height', () => {
  const { truths, detections, numbers } = readGolden<GoldenBoxes>('coco-eval-boxes.json');
  const category = categoryId(1);
  const mask = rle.fromBox({ width: 4, height: 4 }, { x1: 0, y1: 0, x2: 4, y2: 4 });
  const boxed = ([, x, y, width, height]: readonly number[]) => {
    return { category, mask, box: fromXywh({ x, y, width, height }), boxAreaPx2: width * height };
  };
  const ids = [...new Set(truths.map(([image]) => image))];
  const images = ids.map((id) => ({
    truths: truths.filter(([image]) => image === id).map((one) => ({ ...boxed(one), crowd: false, areaPx2: boxed(one).boxAreaPx2 })),
    detections: detections.filter(([image]) => image === id).map((one) => ({ ...boxed(one), score: one[5] })),
  }));
  assertNumbers(evaluate(images, [category], 'bbox'), numbers, 'boxes', tolerance);
});
