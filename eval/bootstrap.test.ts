import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CategoryId, categoryId } from '../core/index.ts';
import { cocoNumbers } from './evaluation.ts';
import { bootstrap, type EvaluationImage, evaluate, evaluateLvis, matchImages, matchLvisImages, summarize } from './index.ts';
import { lvisNumbers } from './lvis-evaluation.ts';
import { everyImageOnce } from './precision.ts';
import { assertNumbers, type GoldenScenes, goldenImage, type Metrics, readGolden, truthOf } from './test-scenes.ts';

/** Sums of the same terms in another order. */
const rounding = 1e-12;

const golden = readGolden<GoldenScenes & { images: readonly number[]; categories: readonly number[] }>('coco-eval.json');
const categories = golden.categories.map(categoryId);
const images = golden.images.toSorted((a, b) => a - b).map((id) => untied(goldenImage(golden, id, false)));
const matches = matchImages(images, categories, 'segm');

test('each image once gives the plain numbers', () => {
  const numbers = cocoNumbers(matches, everyImageOnce(images.length));
  assert.deepEqual({ ...summarize(matches), ...numbers }, summarize(matches));
});

const someWeights = fc.array(fc.nat(3), { minLength: images.length, maxLength: images.length });

test('an image that counts several times is as good as so many copies of it', () => {
  fc.assert(
    fc.property(someWeights, (weights) => {
      const copies = images.flatMap((image, at) => Array.from({ length: weights[at] }, () => image));
      assertSame(cocoNumbers(matches, Uint32Array.from(weights)), evaluate(copies, categories, 'segm'));
    }),
    { numRuns: 12 },
  );
});

test('the same by the rules of LVIS', () => {
  const federated = images.map((image, at) => ({
    ...image,
    negativeCategories: categories.filter((_, place) => (at + place) % 3 === 0),
    notExhaustiveCategories: categories.filter((_, place) => (at + place) % 4 === 0),
  }));
  const groups = categories.map((id, at) => ({ id, frequency: (['rare', 'common', 'frequent'] as const)[at % 3] }));
  const lvis = matchLvisImages(federated, groups, 'segm');
  fc.assert(
    fc.property(someWeights, (weights) => {
      const copies = federated.flatMap((image, at) => Array.from({ length: weights[at] }, () => image));
      assertSame(lvisNumbers(lvis, Uint32Array.from(weights)), evaluateLvis(copies, groups, 'segm'));
    }),
    { numRuns: 6 },
  );
  assert.ok((bootstrap(lvis, { resamples: 20 }).apRare?.high ?? 0) > 0);
});

test('the same seed gives the same intervals, another seed others', () => {
  const first = bootstrap(matches, { resamples: 50, seed: 1 });
  assert.deepEqual(bootstrap(matches, { resamples: 50, seed: 1 }), first);
  assert.notDeepEqual(bootstrap(matches, { resamples: 50, seed: 2 }), first);
});

test('the interval of a share is as wide as the binomial distribution has it', () => {
  const [count, found] = [400, 120];
  const truth = truthOf({ x1: 2, y1: 2, x2: 9, y2: 9 });
  const shares = Array.from({ length: count }, (_, at): EvaluationImage => {
    return { truths: [truth], detections: at < found ? [{ ...truth, score: at / count }] : [] };
  });
  const { ar100, ap, apLarge } = bootstrap(matchImages(shares, [truth.category], 'segm'));
  const share = found / count;
  const reach = 1.96 * Math.sqrt((share * (1 - share)) / count);
  // AP is read at 101 recalls, so that it moves in steps.
  for (const [interval, tolerance] of [
    [ar100, reach / 10],
    [ap, 1 / 101],
  ] as const) {
    assert.ok(Math.abs((interval?.low ?? 0) - (share - reach)) < tolerance, `low ${interval?.low}`);
    assert.ok(Math.abs((interval?.high ?? 0) - (share + reach)) < tolerance, `high ${interval?.high}`);
  }
  assert.equal(apLarge, null);
});

test('the interval holds the number that it is about, also where categories are rare', () => {
  const rare = matchImages(images.slice(0, 12), categories, 'segm');
  const plain = summarize(rare);
  for (const [metric, interval] of Object.entries(bootstrap(rare, { resamples: 200 }))) {
    const value = plain[metric as 'ap'];
    if (value === null || interval === null) continue;
    assert.ok(
      interval.low <= value + rounding && value - rounding <= interval.high,
      `${metric}: ${value} in ${interval.low}..${interval.high}`,
    );
  }
});

test('a perfect answer stays perfect, and nothing stays nothing', () => {
  const truth = truthOf({ x1: 2, y1: 2, x2: 9, y2: 9 });
  const perfect = matchImages([{ truths: [truth], detections: [{ ...truth, score: 1 }] }], [truth.category], 'bbox');
  assertNumbers(bootstrap(perfect, { resamples: 3 }).ap ?? {}, { low: 1, high: 1 }, 'perfect', rounding);
  assert.equal(bootstrap(matchImages([], categories, 'segm'), { resamples: 2 }).ap, null);
});

for (const resamples of [1, 1.5, Number.NaN])
  test(`${resamples} resamples are refused`, () => {
    const message = `Expected an integer of 2 or more for resamples, got ${resamples} (number)`;
    assert.throws(() => bootstrap(matches, { resamples }), { code: 'BAD_VALUE', message });
  });

function assertSame(actual: object, expected: object): void {
  const numbers = Object.entries(expected).filter(([metric]) => metric in actual);
  assert.ok(numbers.length >= 12);
  assertNumbers(actual, Object.fromEntries(numbers) as Metrics, 'weighed', rounding);
}

/** No two scores of an image and category alike: equal ones would take turns in copies, and keep together in weights. */
function untied({ truths, detections }: EvaluationImage): EvaluationImage {
  const seen = new Map<CategoryId, number>();
  return {
    truths,
    detections: detections.map((detection) => {
      const before = seen.get(detection.category) ?? 0;
      seen.set(detection.category, before + 1);
      return { ...detection, score: detection.score + before * 1e-6 };
    }),
  };
}
