import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { categoryId, fromXywh, type GroundTruth, type Rle, rle, type Size } from '../core/index.ts';
import { type CategoryEvaluation, type Detection, type Evaluation, type EvaluationImage, evaluate, type IouType } from './index.ts';

/** Means are summed in another order than numpy does. */
const tolerance = 1e-9;

interface CocoObject {
  readonly image: number;
  readonly category: number;
  readonly counts: string;
  readonly bbox: readonly [number, number, number, number];
}

type Metrics = Readonly<Record<string, number | null>>;

interface Expected {
  readonly iou: IouType;
  readonly boxAreas: boolean;
  readonly limits: [number, number, number];
  readonly total: Metrics;
  readonly perCategory: Readonly<Record<string, Metrics>>;
  readonly precision50: readonly number[];
}

interface Golden extends Size {
  readonly categories: readonly number[];
  readonly images: readonly number[];
  readonly truths: readonly (CocoObject & { area: number; crowd: number })[];
  readonly detections: readonly (CocoObject & { score: number })[];
  readonly scenes: readonly Expected[];
  readonly nuclei: readonly Expected[];
}

const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/coco-eval.json'), 'utf8')) as Golden;

for (const expected of golden.scenes) {
  test(`scenes as pycocotools measures them: ${describe(expected)}`, () => {
    assertMeasured(evaluate(scenes(expected.boxAreas), golden.categories.map(categoryId), expected.iou, limitsOf(expected)), expected);
  });
}

const nucleiPath = join(process.cwd(), '../shared/data/dsb2018/val.json');
const skip = existsSync(nucleiPath) ? false : '../shared/data/dsb2018 is absent';

test('shifted nuclei as pycocotools measures them', { skip }, () => {
  const images = shiftedNuclei(nucleiPath);
  for (const expected of golden.nuclei) assertMeasured(evaluate(images, [categoryId(1)], expected.iou, limitsOf(expected)), expected);
});

test('a perfect answer has 1 everywhere, and no truth at all has null', () => {
  const truth = truthOf(fromXywh({ x: 3, y: 3, width: 8, height: 8 }));
  const perfect = evaluate([{ truths: [truth], detections: [{ ...truth, score: 0.5 }] }], [truth.category], 'segm');
  assertClose(perfect, { ap: 1, ap50: 1, apSmall: 1, apLarge: null, ar1: 1, arSmall: 1, truths: 1 }, 'perfect');
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

test('the input is left as it was', () => {
  const images = scenes(false);
  const before = structuredClone(images);
  evaluate(images, golden.categories.map(categoryId), 'segm');
  assert.deepEqual(images, before);
});

test('a detection whose mask is of another size than the image is refused', () => {
  const truth = truthOf(fromXywh({ x: 0, y: 0, width: 4, height: 4 }));
  const other = { ...truth, score: 1, mask: rle.fromBox({ width: 9, height: 9 }, truth.box) };
  assert.throws(() => evaluate([{ truths: [truth], detections: [other] }], [truth.category], 'segm'), { code: 'DATA_SIZE_MISMATCH' });
});

function assertMeasured(actual: Evaluation, expected: Expected): void {
  assertClose(actual, expected.total, 'total');
  for (const category of actual.perCategory) {
    assertClose(category, expected.perCategory[String(category.category)], `category ${category.category}`);
  }
  assert.equal(actual.perCategory.length, Object.keys(expected.perCategory).length);
  assert.equal(actual.precision50.length, expected.precision50.length);
  actual.precision50.forEach((value, at) => {
    assert.ok(Math.abs(value - expected.precision50[at]) <= tolerance, `precision at recall ${at / 100}`);
  });
}

function assertClose(actual: Evaluation | CategoryEvaluation, expected: Metrics, where: string): void {
  const values = actual as unknown as Metrics;
  for (const [metric, value] of Object.entries(expected)) {
    const message = `${where} ${metric}: ${values[metric]} for ${value}`;
    if (value === null) assert.equal(values[metric], null, message);
    else assert.ok(Math.abs((values[metric] ?? Number.NaN) - value) <= tolerance, message);
  }
}

function describe({ iou, boxAreas, limits }: Expected): string {
  return `${iou}${boxAreas ? ' with areas of boxes' : ''}, best ${limits.join(', ')}`;
}

function limitsOf({ limits }: Expected): { maxDetections: [number, number, number] } {
  return { maxDetections: limits };
}

/** The golden's images in ascending order of id; `boxAreas` as loadRes has it where results carry `bbox`. */
function scenes(boxAreas: boolean): EvaluationImage[] {
  const size = { width: golden.width, height: golden.height };
  return golden.images
    .toSorted((a, b) => a - b)
    .map((id) => ({
      truths: golden.truths
        .filter(({ image }) => image === id)
        .map((truth) => ({ ...instance(size, truth), crowd: truth.crowd === 1, areaPx2: truth.area })),
      detections: golden.detections
        .filter(({ image }) => image === id)
        .map((detection) => ({
          ...instance(size, detection),
          score: detection.score,
          ...(boxAreas ? { areaPx2: detection.bbox[2] * detection.bbox[3] } : {}),
        })),
    }));
}

function instance(size: Size, { category, counts, bbox }: CocoObject): Pick<GroundTruth, 'category' | 'mask' | 'box'> {
  const [x, y, width, height] = bbox;
  return { category: categoryId(category), mask: rle.fromString(size, counts), box: fromXywh({ x, y, width, height }) };
}

function truthOf(box: GroundTruth['box']): GroundTruth {
  const mask = rle.fromBox({ width: 20, height: 20 }, box);
  return { category: categoryId(1), box, mask, crowd: false, areaPx2: rle.area(mask) };
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
