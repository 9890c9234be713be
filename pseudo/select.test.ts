import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Box, categoryId, type PredictionId, predictionId, type Rle, rle } from '../core/index.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { type Decision, selectPseudoLabels } from './select.ts';
import type { Candidate, Verdict } from './verdict.ts';

const SIZE = { width: 40, height: 30 };
const CAT = categoryId(3);
const DOG = categoryId(17);
const BOX = { x1: 4, y1: 4, x2: 24, y2: 14 };

function boxMask({ x1, y1, x2, y2 }: Box): Rle {
  const data = new Uint8Array(SIZE.width * SIZE.height);
  for (let y = y1; y < y2; y++) data.fill(1, y * SIZE.width + x1, y * SIZE.width + x2);
  return rle.encode({ size: SIZE, data });
}

function candidate(id: number, score: number, box: Box = BOX, category = CAT): Candidate {
  return { id: predictionId(id), category, score, box, mask: boxMask(box) };
}

const moved = (box: Box, byPx: number): Box => ({ ...box, x1: box.x1 + byPx, x2: box.x2 + byPx });
const verdict = (of: Candidate, said: 'accepted' | 'rejected'): Verdict => ({
  of: 'prediction',
  prediction: of.id,
  category: of.category,
  mask: of.mask,
  verdict: said,
});
const reasons = (decisions: readonly Decision[]) => decisions.map(({ prediction, reason }) => [prediction, reason]);

interface Case {
  readonly name: string;
  readonly predictions: readonly Candidate[];
  readonly policy?: Partial<Policy>;
  readonly verdicts?: readonly Verdict[];
  readonly expected: readonly (readonly [number, string])[];
}

const away = moved(BOX, 14);
const CASES: readonly Case[] = [
  { name: 'a score at the threshold is kept', predictions: [candidate(1, 0.5)], expected: [[1, 'score']] },
  { name: 'a score below it is neither kept nor background', predictions: [candidate(1, 0.499)], expected: [[1, 'unsure']] },
  {
    name: 'from the ignore score on',
    predictions: [candidate(1, 0.3), candidate(2, 0.299, away)],
    expected: [
      [1, 'unsure'],
      [2, 'below-threshold'],
    ],
  },
  {
    name: 'without an ignore score, all that is not kept is background',
    predictions: [candidate(1, 0.499)],
    policy: { ignoreScore: null },
    expected: [[1, 'below-threshold']],
  },
  {
    name: 'an ignore score above the threshold ignores nothing',
    predictions: [candidate(1, 0.25), candidate(2, 0.15, away)],
    policy: { score: 0.2 },
    expected: [
      [1, 'score'],
      [2, 'below-threshold'],
    ],
  },
  {
    name: 'what repeats a kept label is no object of its own; what touches it may be',
    predictions: [
      candidate(1, 0.9),
      candidate(2, 0.4, moved(BOX, 4)),
      candidate(3, 0.4, moved(BOX, 8)),
      candidate(4, 0.4, moved(BOX, 1), DOG),
    ],
    expected: [
      [1, 'score'],
      [2, 'duplicate'],
      [3, 'unsure'],
      [4, 'duplicate'],
    ],
  },
  {
    name: 'what repeats a duplicate alone, or something unsure, is unsure',
    predictions: [candidate(1, 0.9), candidate(2, 0.8, moved(BOX, 4)), candidate(3, 0.4, moved(BOX, 8)), candidate(4, 0.35, moved(BOX, 9))],
    expected: [
      [1, 'score'],
      [2, 'duplicate'],
      [3, 'unsure'],
      [4, 'unsure'],
    ],
  },
  {
    name: 'too small is too small at any score above the ignore score',
    predictions: [candidate(1, 0.4, { x1: 0, y1: 0, x2: 5, y2: 3 }), candidate(2, 0.2, { x1: 20, y1: 0, x2: 25, y2: 3 })],
    expected: [
      [1, 'too-small'],
      [2, 'below-threshold'],
    ],
  },
  {
    name: 'what people rejected is background, whatever its score',
    predictions: [candidate(11, 0.4), candidate(12, 0.4, away)],
    verdicts: [verdict(candidate(1, 0.9), 'rejected')],
    expected: [
      [11, 'rejected'],
      [12, 'unsure'],
    ],
  },
  {
    name: 'a category may have its own threshold',
    predictions: [candidate(1, 0.35), candidate(2, 0.35, away, DOG)],
    policy: { scoreByCategory: { [DOG]: 0.3 } },
    expected: [
      [1, 'unsure'],
      [2, 'score'],
    ],
  },
  { name: 'a mask of 15 px2 is too small', predictions: [candidate(1, 0.9, { x1: 0, y1: 0, x2: 5, y2: 3 })], expected: [[1, 'too-small']] },
  { name: 'a mask of 16 px2 is not', predictions: [candidate(1, 0.9, { x1: 0, y1: 0, x2: 4, y2: 4 })], expected: [[1, 'score']] },
  {
    name: 'of two masks of one category the better score stays (IoU 0.67)',
    predictions: [candidate(1, 0.6), candidate(2, 0.9, moved(BOX, 4))],
    expected: [
      [1, 'duplicate'],
      [2, 'score'],
    ],
  },
  {
    name: 'of equal scores the lower id stays',
    predictions: [candidate(2, 0.9), candidate(1, 0.9)],
    expected: [
      [1, 'score'],
      [2, 'duplicate'],
    ],
  },
  {
    name: 'two categories may overlap at IoU 0.67',
    predictions: [candidate(1, 0.6), candidate(2, 0.9, moved(BOX, 4), DOG)],
    expected: [
      [1, 'score'],
      [2, 'score'],
    ],
  },
  {
    name: 'but not at IoU 0.9',
    predictions: [candidate(1, 0.6), candidate(2, 0.9, moved(BOX, 1), DOG)],
    expected: [
      [1, 'duplicate'],
      [2, 'score'],
    ],
  },
  {
    name: 'what was dropped drops nothing: a chain keeps its ends',
    predictions: [candidate(1, 0.9), candidate(2, 0.8, moved(BOX, 4)), candidate(3, 0.7, moved(BOX, 8))],
    expected: [
      [1, 'score'],
      [2, 'duplicate'],
      [3, 'score'],
    ],
  },
  {
    name: 'an image holds so many',
    predictions: [candidate(1, 0.7), candidate(2, 0.9, away)],
    policy: { maxPerImage: 1 },
    expected: [
      [1, 'too-many'],
      [2, 'score'],
    ],
  },
  {
    name: 'an accepted prediction is kept whatever its score, and drops its better-scored twin',
    predictions: [candidate(1, 0.06), candidate(2, 0.9, moved(BOX, 4))],
    verdicts: [verdict(candidate(1, 0.06), 'accepted')],
    expected: [
      [1, 'accepted'],
      [2, 'duplicate'],
    ],
  },
  {
    name: 'a rejected prediction is dropped, and so is its near-identical twin',
    predictions: [candidate(1, 0.9), candidate(2, 0.8, moved(BOX, 1)), candidate(3, 0.7, moved(BOX, 4))],
    verdicts: [verdict(candidate(1, 0.9), 'rejected')],
    expected: [
      [1, 'rejected'],
      [2, 'rejected'],
      [3, 'score'],
    ],
  },
  {
    name: 'a verdict of an earlier round finds its object again',
    predictions: [candidate(11, 0.1), candidate(12, 0.9, away)],
    verdicts: [verdict(candidate(1, 0.9, moved(BOX, 1)), 'accepted'), verdict(candidate(2, 0.9, moved(away, 1)), 'rejected')],
    expected: [
      [11, 'accepted'],
      [12, 'rejected'],
    ],
  },
  {
    name: 'but not in another category',
    predictions: [candidate(11, 0.9, BOX, DOG)],
    verdicts: [verdict(candidate(1, 0.9), 'rejected')],
    expected: [[11, 'score']],
  },
  {
    name: 'an accepted object is found once',
    predictions: [candidate(11, 0.4), candidate(12, 0.3, moved(BOX, 1))],
    verdicts: [verdict(candidate(1, 0.9), 'accepted')],
    expected: [
      [11, 'accepted'],
      [12, 'duplicate'],
    ],
  },
  {
    name: 'the later of two verdicts about one object counts',
    predictions: [candidate(11, 0.9)],
    verdicts: [verdict(candidate(2, 0.9), 'rejected'), verdict(candidate(1, 0.9), 'accepted')],
    expected: [[11, 'rejected']],
  },
  {
    name: 'a rejected image keeps only what was itself accepted',
    predictions: [candidate(1, 0.9), candidate(2, 0.9, away)],
    verdicts: [{ of: 'image', verdict: 'rejected' }, verdict(candidate(2, 0.9, away), 'accepted')],
    expected: [
      [1, 'rejected'],
      [2, 'accepted'],
    ],
  },
  {
    name: 'an empty mask cannot be kept, even accepted',
    predictions: [candidate(1, 0.9, { x1: 0, y1: 0, x2: 0, y2: 0 })],
    verdicts: [verdict(candidate(1, 0.9, { x1: 0, y1: 0, x2: 0, y2: 0 }), 'accepted')],
    expected: [[1, 'empty-mask']],
  },
  { name: 'nothing gives nothing', predictions: [], expected: [] },
];

for (const { name, predictions, policy = {}, verdicts = [], expected } of CASES)
  test(name, () => assert.deepEqual(reasons(selectPseudoLabels(predictions, { ...defaultPolicy, ...policy }, verdicts)), expected));

test('a label weighs 1 or its score, and 1 where a person accepted it', () => {
  const predictions = [candidate(1, 0.75), candidate(2, 0.2, away)];
  const verdicts = [verdict(predictions[1], 'accepted')];
  const weights = (weight: Policy['weight']) =>
    selectPseudoLabels(predictions, { ...defaultPolicy, weight }, verdicts).map((one) => one.status === 'kept' && one.weight);
  assert.deepEqual(weights('one'), [1, 1]);
  assert.deepEqual(weights('score'), [0.75, 1]);
});

const boxes = fc
  .record({
    x: fc.integer({ min: 0, max: 30 }),
    y: fc.integer({ min: 0, max: 20 }),
    width: fc.integer({ min: 0, max: 10 }),
    height: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ x, y, width, height }) => ({ x1: x, y1: y, x2: x + width, y2: y + height }));
const candidates = (from: number) =>
  fc
    .array(fc.record({ box: boxes, score: fc.integer({ min: 0, max: 10 }), cat: fc.boolean() }), { maxLength: 12 })
    .map((all) => all.map(({ box, score, cat }, at) => candidate(from + at, score / 10, box, cat ? CAT : DOG)));

/** Predictions, and verdicts about some of them and about some of an earlier round. */
const scenes = fc.record({ predictions: candidates(100), earlier: candidates(1) }).chain(({ predictions, earlier }) =>
  fc.record({
    predictions: fc.constant(predictions),
    verdicts: fc
      .subarray([...predictions, ...earlier])
      .chain((judged) =>
        fc.tuple(
          ...judged.map((one) => fc.constantFrom<'accepted' | 'rejected'>('accepted', 'rejected').map((said) => verdict(one, said))),
        ),
      ),
    policy: fc.record({
      maxPerImage: fc.integer({ min: 0, max: 5 }),
      minAreaPx2: fc.integer({ min: 0, max: 30 }),
      ignoreScore: fc.constantFrom(null, 0.2, 0.3, 0.8),
    }),
    seed: fc.integer(),
  }),
);

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  return fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), { seed, numRuns: 1 })[0];
}

test('every prediction gets exactly one decision, whatever the order of predictions and verdicts', () => {
  fc.assert(
    fc.property(scenes, ({ predictions, verdicts, policy, seed }) => {
      const full = { ...defaultPolicy, ...policy };
      const decisions = selectPseudoLabels(predictions, full, verdicts);
      assert.deepEqual(
        decisions.map(({ prediction }) => prediction),
        predictions.map(({ id }) => id),
      );
      assert.deepEqual(selectPseudoLabels(shuffled(predictions, seed), full, shuffled(verdicts, seed)), decisions);
    }),
    { numRuns: 150 },
  );
});

test('a verdict beats the policy, and what the policy kept is no duplicate, not too small and not below the threshold', () => {
  fc.assert(
    fc.property(scenes, ({ predictions, verdicts, policy }) => {
      const full = { ...defaultPolicy, ...policy };
      const decisions = new Map(selectPseudoLabels(predictions, full, verdicts).map((one) => [one.prediction, one]));
      for (const { id, mask } of predictions) {
        const said = verdictOf(verdicts, id);
        if (said && rle.area(mask) > 0) assert.equal(decisions.get(id)?.status, said === 'accepted' ? 'kept' : 'dropped');
      }
      const byScore = predictions.filter(({ id }) => decisions.get(id)?.reason === 'score');
      assert.ok(byScore.length <= full.maxPerImage);
      assert.ok(byScore.every(({ score, mask }) => score >= full.score && rle.area(mask) >= full.minAreaPx2));
      for (const a of byScore)
        for (const b of byScore)
          assert.ok(
            a === b || a.category !== b.category || rle.iou(a.mask, b.mask) <= full.maskNmsIou,
            'two that are kept are two objects',
          );
    }),
    { numRuns: 150 },
  );
});

test('what is unsure scores between the two thresholds, is not too small, and repeats nothing that was kept', () => {
  fc.assert(
    fc.property(scenes, ({ predictions, verdicts, policy }) => {
      const full = { ...defaultPolicy, ...policy };
      const decisions = new Map(selectPseudoLabels(predictions, full, verdicts).map((one) => [one.prediction, one]));
      const labels = predictions.filter(({ id }) => decisions.get(id)?.status === 'kept');
      const repeats = ({ category, mask }: Candidate) =>
        labels.some((label) => rle.iou(label.mask, mask) > (label.category === category ? full.maskNmsIou : full.crossCategoryIou));
      for (const one of predictions.filter(({ score }) => score >= (full.ignoreScore ?? 1) && score < full.score)) {
        const reason = decisions.get(one.id)?.reason;
        if (reason === 'unsure') assert.ok(rle.area(one.mask) >= Math.max(1, full.minAreaPx2) && !repeats(one));
        else assert.notEqual(reason, 'below-threshold');
      }
      const others = predictions.filter(({ score }) => score < (full.ignoreScore ?? 1) || score >= full.score);
      assert.ok(others.every(({ id }) => decisions.get(id)?.reason !== 'unsure'));
      const without = selectPseudoLabels(predictions, { ...full, ignoreScore: null }, verdicts);
      assert.deepEqual(
        without.filter(({ status }) => status === 'kept'),
        [...decisions.values()].filter(({ status }) => status === 'kept'),
        'ignoring changes no label',
      );
    }),
    { numRuns: 150 },
  );
});

function verdictOf(verdicts: readonly Verdict[], id: PredictionId): 'accepted' | 'rejected' | undefined {
  return verdicts.find((one) => one.of === 'prediction' && one.prediction === id)?.verdict;
}
