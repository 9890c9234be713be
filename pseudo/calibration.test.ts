import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, boxArea, type CategoryId, type GroundTruth, rle } from '../core/index.ts';
import { type CalibrationSet, expectedQuality, Outcome, outcomesOf } from './calibration.ts';
import { defaultPolicy } from './policy.ts';
import { BOX, CAT, candidate, DOG, moved, SIZE, setOf } from './test-candidates.ts';
import type { Candidate } from './verdict.ts';

const { noObject, object, crowd } = Outcome;
const away = moved(BOX, 14);

function truth(box: Box, category: CategoryId = CAT, isCrowd = false): GroundTruth {
  return { box, category, mask: rle.fromBox(SIZE, box), crowd: isCrowd, areaPx2: boxArea(box) };
}

test('better scores choose first, each takes one object of its category, and a second prediction of it is wrong', () => {
  const predictions = [candidate(1, 0.6, moved(BOX, 1)), candidate(2, 0.9, moved(BOX, 2)), candidate(3, 0.8, away, DOG)];
  assert.deepEqual([...outcomesOf(predictions, [truth(BOX), truth(away)])], [noObject, object, noObject]);
  assert.deepEqual([...outcomesOf(predictions, [truth(BOX), truth(away, DOG)])], [noObject, object, object]);
});

test('of equal scores the first chooses', () => {
  assert.deepEqual([...outcomesOf([candidate(1, 0.5), candidate(2, 0.5)], [truth(BOX)])], [object, noObject]);
});

test('a crowd region of the category excuses what lies in it, but an object comes first', () => {
  const inside: Box = { x1: 6, y1: 5, x2: 12, y2: 9 };
  const predictions = [candidate(1, 0.9, inside), candidate(2, 0.8, inside, DOG), candidate(3, 0.7, away)];
  assert.deepEqual([...outcomesOf(predictions, [truth(BOX, CAT, true), truth(away)])], [crowd, noObject, object]);
});

test('the stated IoU decides, and nothing has no outcomes', () => {
  const [prediction] = [candidate(1, 0.9, moved(BOX, 4))];
  assert.deepEqual([...outcomesOf([prediction], [truth(BOX)], 0.66)], [object]);
  assert.deepEqual([...outcomesOf([prediction], [truth(BOX)], 0.67)], [noObject]);
  assert.deepEqual([...outcomesOf([], [truth(BOX)])], []);
});

function calibrated(predictions: readonly Candidate[], truths: readonly GroundTruth[]): CalibrationSet {
  const counts = new Map<CategoryId, number>();
  for (const { category } of truths.filter((one) => !one.crowd)) counts.set(category, (counts.get(category) ?? 0) + 1);
  return { candidates: setOf(predictions), outcomes: outcomesOf(predictions, truths), truths: counts };
}

test('expected precision and recall count what the policy keeps on calibration images', () => {
  const sets = [
    calibrated([candidate(1, 0.9), candidate(2, 0.4, away)], [truth(BOX), truth(away)]),
    calibrated([candidate(1, 0.8), candidate(2, 0.7, moved(BOX, 1)), candidate(3, 0.9, away, DOG)], [truth(BOX, CAT, true)]),
    calibrated([candidate(1, 0.8, moved(BOX, 12))], [truth(BOX)]),
    calibrated([], [truth(BOX, DOG)]),
  ];
  const { overall, byCategory } = expectedQuality(sets, defaultPolicy);
  const counts = ({ labels, matched, truths }: { labels: number; matched: number; truths: number }) => [labels, matched, truths];
  assert.deepEqual([...byCategory.keys()], [CAT, DOG]);
  assert.deepEqual(counts(overall), [3, 1, 4]);
  assert.equal(overall.pseudoPrecision?.share, 1 / 3);
  assert.equal(overall.pseudoRecall?.share, 1 / 4);
  const [cat, dog] = [...byCategory.values()];
  assert.deepEqual(counts(cat), [2, 1, 3]);
  assert.deepEqual(counts(dog), [1, 0, 1]);
  const lower = expectedQuality(sets, { ...defaultPolicy, score: 0.3 });
  assert.deepEqual(counts(lower.overall), [4, 2, 4]);
});

test('without labels there is no precision, without objects no recall', () => {
  const { overall } = expectedQuality([calibrated([candidate(1, 0.9)], [])], defaultPolicy);
  assert.equal(overall.pseudoPrecision?.share, 0);
  assert.equal(overall.pseudoRecall, null);
  assert.equal(expectedQuality([], defaultPolicy).overall.pseudoPrecision, null);
});
