import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryId } from '../core/index.ts';
import { evaluateLvis, type IouType, type LvisCategory, type LvisImage } from './index.ts';
import { assertNumbers, type GoldenScenes, goldenImage, type Metrics, readGolden, truthOf } from './test-scenes.ts';

interface Golden extends GoldenScenes {
  readonly frequencies: Readonly<Record<string, 'r' | 'c' | 'f'>>;
  readonly images: readonly {
    readonly id: number;
    readonly neg_category_ids: readonly number[];
    readonly not_exhaustive_category_ids: readonly number[];
  }[];
  readonly measured: readonly {
    readonly iou: IouType;
    readonly boxAreas: boolean;
    readonly total: Metrics;
    readonly perCategory: Readonly<Record<string, Metrics>>;
  }[];
}

const golden = readGolden<Golden>('lvis-eval.json');
const names = { r: 'rare', c: 'common', f: 'frequent' } as const;
const categories: readonly LvisCategory[] = Object.entries(golden.frequencies).map(([id, frequency]) => ({
  id: categoryId(Number(id)),
  frequency: names[frequency],
}));

for (const { iou, boxAreas, total, perCategory } of golden.measured)
  test(`scenes as lvis-api measures them: ${iou}${boxAreas ? ' with areas of boxes' : ''}`, () => {
    const actual = evaluateLvis(images(boxAreas), categories, iou);
    assertNumbers(actual, total, 'total');
    assert.equal(actual.perCategory.length, Object.keys(perCategory).length);
    for (const row of actual.perCategory) assertNumbers(row, perCategory[row.category], `category ${row.category}`);
  });

test('no truth is a crowd', () => {
  const crowded = images(false).map((image) => ({ ...image, truths: image.truths.map((truth) => ({ ...truth, crowd: true })) }));
  assert.deepEqual(evaluateLvis(crowded, categories, 'segm'), evaluateLvis(images(false), categories, 'segm'));
});

test('what labels do not speak of counts nothing, what is not there counts against, and an open list forgives', () => {
  const truth = truthOf({ x1: 2, y1: 2, x2: 9, y2: 9 });
  const other = truthOf({ x1: 10, y1: 10, x2: 19, y2: 19 });
  const category: LvisCategory = { id: truth.category, frequency: 'rare' };
  const detections = [
    { ...other, score: 0.9 },
    { ...truth, score: 0.5 },
  ];
  const labeled: LvisImage = {
    truths: [truth],
    detections: [{ ...truth, score: 0.5 }],
    negativeCategories: [],
    notExhaustiveCategories: [],
  };
  const assertAp = (wanted: number, where: string, ...more: readonly LvisImage[]): void =>
    assertNumbers(evaluateLvis([labeled, ...more], [category], 'segm'), { ap: wanted, apRare: wanted }, where);
  const silent: LvisImage = { ...labeled, truths: [], detections };
  assertAp(1, 'not spoken of', silent);
  assertAp(1 / 2, 'looked for and not there', { ...silent, negativeCategories: [truth.category] });
  assertAp(2 / 3, 'all labeled', { ...labeled, detections });
  assertAp(1, 'not all labeled', { ...labeled, detections, notExhaustiveCategories: [truth.category] });
  const { apCommon, apFrequent, arLarge } = evaluateLvis([labeled], [category], 'bbox');
  assert.deepEqual([apCommon, apFrequent, arLarge], [null, null, null]);
});

/** The golden's images in ascending order of id. */
function images(boxAreas: boolean): LvisImage[] {
  return golden.images
    .toSorted((a, b) => a.id - b.id)
    .map(({ id, neg_category_ids, not_exhaustive_category_ids }) => ({
      ...goldenImage(golden, id, boxAreas),
      negativeCategories: neg_category_ids.map(categoryId),
      notExhaustiveCategories: not_exhaustive_category_ids.map(categoryId),
    }));
}
