import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MaskQuality, type PredictionId, rle } from '../core/index.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { type Decision, selectPseudoLabels } from './select.ts';
import { allRejected, BOX, CAT, candidate, candidates, DOG, moved, saidOf, setOf } from './test-candidates.ts';
import { type Candidate, judge, type Verdict } from './verdict.ts';

/** The decisions about predictions, which may come in any order. */
function decide(predictions: readonly Candidate[], policy: Policy, verdicts: readonly Verdict[]): Decision[] {
  const byId = predictions.toSorted((a, b) => a.id - b.id);
  return selectPseudoLabels(setOf(byId), policy, judge(byId, verdicts, policy).rulings);
}

const reasons = (decisions: readonly Decision[]) => decisions.map(({ prediction, reason }) => [prediction, reason]);

interface Case {
  readonly name: string;
  readonly predictions: readonly Candidate[];
  readonly policy?: Partial<Policy>;
  readonly verdicts?: readonly Verdict[];
  readonly expected: readonly (readonly [number, string])[];
}

const away = moved(BOX, 14);
const measured = (quality: Partial<MaskQuality>): MaskQuality => ({ probability: 1, stability: 1, flipAgreement: null, ...quality });
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
    verdicts: [saidOf(candidate(1, 0.9), 'rejected')],
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
    name: 'what repeats a label and a duplicate of it is a duplicate',
    predictions: [candidate(1, 0.9), candidate(2, 0.8, moved(BOX, 1)), candidate(3, 0.7, moved(BOX, 2))],
    expected: [
      [1, 'score'],
      [2, 'duplicate'],
      [3, 'duplicate'],
    ],
  },
  {
    name: 'an overlap of just the limit, 0.6, is none too many',
    predictions: [candidate(1, 0.9, { x1: 0, y1: 0, x2: 8, y2: 5 }), candidate(2, 0.8, { x1: 2, y1: 0, x2: 10, y2: 5 })],
    expected: [
      [1, 'score'],
      [2, 'score'],
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
    verdicts: [saidOf(candidate(1, 0.06), 'accepted')],
    expected: [
      [1, 'accepted'],
      [2, 'duplicate'],
    ],
  },
  {
    name: 'a rejected prediction is dropped, and so is its near-identical twin',
    predictions: [candidate(1, 0.9), candidate(2, 0.8, moved(BOX, 1)), candidate(3, 0.7, moved(BOX, 4))],
    verdicts: [saidOf(candidate(1, 0.9), 'rejected')],
    expected: [
      [1, 'rejected'],
      [2, 'rejected'],
      [3, 'score'],
    ],
  },
  {
    name: 'a verdict of an earlier round finds its object again',
    predictions: [candidate(11, 0.1), candidate(12, 0.9, away)],
    verdicts: [saidOf(candidate(1, 0.9, moved(BOX, 1)), 'accepted'), saidOf(candidate(2, 0.9, moved(away, 1)), 'rejected')],
    expected: [
      [11, 'accepted'],
      [12, 'rejected'],
    ],
  },
  {
    name: 'but not in another category',
    predictions: [candidate(11, 0.9, BOX, DOG)],
    verdicts: [saidOf(candidate(1, 0.9), 'rejected')],
    expected: [[11, 'score']],
  },
  {
    name: 'an accepted object is found once',
    predictions: [candidate(11, 0.4), candidate(12, 0.3, moved(BOX, 1))],
    verdicts: [saidOf(candidate(1, 0.9), 'accepted')],
    expected: [
      [11, 'accepted'],
      [12, 'duplicate'],
    ],
  },
  {
    name: 'the later of two verdicts about one object counts',
    predictions: [candidate(21, 0.9)],
    verdicts: [saidOf(candidate(11, 0.9), 'rejected'), saidOf(candidate(1, 0.9), 'accepted')],
    expected: [[21, 'rejected']],
  },
  {
    name: 'a rejected image keeps only what was itself accepted',
    predictions: [candidate(1, 0.9), candidate(2, 0.9, away)],
    verdicts: [allRejected, saidOf(candidate(2, 0.9, away), 'accepted')],
    expected: [
      [1, 'rejected'],
      [2, 'accepted'],
    ],
  },
  {
    name: 'an empty mask cannot be kept, even accepted',
    predictions: [candidate(1, 0.9, { x1: 0, y1: 0, x2: 0, y2: 0 })],
    verdicts: [saidOf(candidate(1, 0.9, { x1: 0, y1: 0, x2: 0, y2: 0 }), 'accepted')],
    expected: [[1, 'empty-mask']],
  },
  {
    name: 'a threshold above 1 keeps nothing',
    predictions: [candidate(1, 1), candidate(2, 1, away, DOG)],
    policy: { scoreByCategory: { [CAT]: 2 } },
    expected: [
      [1, 'unsure'],
      [2, 'score'],
    ],
  },
  {
    name: 'confidence may be score times mask probability, which thresholds compare and which ranks; an unmeasured mask has its score',
    predictions: [
      candidate(1, 0.9, BOX, CAT, measured({ probability: 0.5 })),
      candidate(2, 0.7, moved(BOX, 1), CAT, measured({ probability: 1 })),
      candidate(3, 0.6, away),
    ],
    policy: { confidence: 'score-mask' },
    expected: [
      [1, 'duplicate'],
      [2, 'score'],
      [3, 'score'],
    ],
  },
  {
    name: 'a mask that is not stable enough is neither object nor background; one at the limit is, and so is one that was not measured',
    predictions: [
      candidate(1, 0.9, BOX, CAT, measured({ stability: 0.69 })),
      candidate(2, 0.9, away, CAT, measured({ stability: 0.7 })),
      candidate(3, 0.9, { x1: 0, y1: 20, x2: 10, y2: 30 }),
      candidate(4, 0.4, { x1: 20, y1: 20, x2: 30, y2: 30 }, CAT, measured({ stability: 0 })),
    ],
    policy: { minMaskStability: 0.7 },
    expected: [
      [1, 'unstable'],
      [2, 'score'],
      [3, 'score'],
      [4, 'unsure'],
    ],
  },
  {
    name: 'likewise one that differs from what the mirror shows; a repetition of a label is that alone, and drops nothing itself',
    predictions: [
      candidate(1, 0.95, BOX, CAT, measured({ flipAgreement: 0.2 })),
      candidate(2, 0.9, moved(BOX, 1), CAT, measured({ flipAgreement: 0.6 })),
      candidate(3, 0.8, { x1: 0, y1: 20, x2: 10, y2: 30 }, CAT, measured({ flipAgreement: 0.2 })),
    ],
    policy: { minFlipAgreement: 0.6 },
    expected: [
      [1, 'duplicate'],
      [2, 'score'],
      [3, 'unstable'],
    ],
  },
  {
    name: 'an accepted label asks no mask quality',
    predictions: [candidate(1, 0.9, BOX, CAT, measured({ stability: 0 }))],
    policy: { minMaskStability: 0.7 },
    verdicts: [saidOf(candidate(1, 0.9), 'accepted')],
    expected: [[1, 'accepted']],
  },
  { name: 'nothing gives nothing', predictions: [], expected: [] },
];

for (const { name, predictions, policy = {}, verdicts = [], expected } of CASES)
  test(name, () => assert.deepEqual(reasons(decide(predictions, { ...defaultPolicy, ...policy }, verdicts)), expected));

test('a label weighs 1 or its score, and 1 where a person accepted it', () => {
  const predictions = [candidate(1, 0.75), candidate(2, 0.2, away)];
  const verdicts = [saidOf(predictions[1], 'accepted')];
  const weights = (weight: Policy['weight']) =>
    decide(predictions, { ...defaultPolicy, weight }, verdicts).map((one) => one.status === 'kept' && one.weight);
  assert.deepEqual(weights('one'), [1, 1]);
  assert.deepEqual(weights('score'), [0.75, 1]);
});

/** Predictions, and verdicts about some of them and about some of an earlier round. */
const scenes = fc.record({ predictions: candidates(100), earlier: candidates(1) }).chain(({ predictions, earlier }) =>
  fc.record({
    predictions: fc.constant(predictions),
    verdicts: fc
      .subarray([...predictions, ...earlier])
      .chain((judged) =>
        fc.tuple(...judged.map((one) => fc.constantFrom<'accepted' | 'rejected'>('accepted', 'rejected').map((said) => saidOf(one, said)))),
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
      const decisions = decide(predictions, full, verdicts);
      assert.deepEqual(
        decisions.map(({ prediction }) => prediction),
        predictions.map(({ id }) => id),
      );
      assert.deepEqual(decide(shuffled(predictions, seed), full, shuffled(verdicts, seed)), decisions);
    }),
    { numRuns: 150 },
  );
});

test('a verdict beats the policy, and what the policy kept is no duplicate, not too small and not below the threshold', () => {
  fc.assert(
    fc.property(scenes, ({ predictions, verdicts, policy }) => {
      const full = { ...defaultPolicy, ...policy };
      const decisions = new Map(decide(predictions, full, verdicts).map((one) => [one.prediction, one]));
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
      const decisions = new Map(decide(predictions, full, verdicts).map((one) => [one.prediction, one]));
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
      const without = decide(predictions, { ...full, ignoreScore: null }, verdicts);
      assert.deepEqual(
        without.filter(({ status }) => status === 'kept'),
        [...decisions.values()].filter(({ status }) => status === 'kept'),
        'ignoring changes no label',
      );
    }),
    { numRuns: 150 },
  );
});

function verdictOf(verdicts: readonly Verdict[], id: PredictionId): Verdict['verdict'] | undefined {
  return verdicts.find((one) => one.of === 'prediction' && one.prediction === id)?.verdict;
}
