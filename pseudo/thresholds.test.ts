import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CandidateSet, type CategoryId, candidateSet, noOverlaps, predictionId } from '../core/index.ts';
import { type CalibrationSet, expectedQuality, Outcome } from './calibration.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { selectPseudoLabels } from './select.ts';
import { CAT, candidate, candidates, DOG, setOf } from './test-candidates.ts';
import { KEEPS_NOTHING, type ResolvedPolicy, resolvePolicy, type ThresholdEvidence } from './thresholds.ts';

const NOTHING: ThresholdEvidence = { categories: [DOG, CAT], candidates: [], humanDensity: new Map(), calibration: [] };
const TOP_SHARE: Policy = { ...defaultPolicy, rule: 'top-share' };
const TARGET: Policy = { ...defaultPolicy, rule: 'target-precision' };

/** An image whose predictions are apart from each other. */
function apart(said: readonly (readonly [CategoryId, number])[]): CandidateSet {
  const facts = said.map(([category, score], at) => ({ id: predictionId(at + 1), category, score, areaPx2: 100 }));
  return candidateSet(facts, noOverlaps);
}

/** Images of one prediction each, with its outcome; objects that were not found come on top. */
function judged(category: CategoryId, said: readonly (readonly [score: number, outcome: number])[], missed = 0): CalibrationSet[] {
  const sets = said.map(([score, outcome]) => ({
    candidates: apart([[category, score]]),
    outcomes: Uint8Array.of(outcome),
    truths: new Map(outcome === Outcome.object ? [[category, 1]] : []),
  }));
  return [...sets, { candidates: apart([]), outcomes: new Uint8Array(0), truths: new Map([[category, missed]]) }];
}

const times = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);
const thresholdsOf = ({ thresholds }: ResolvedPolicy) =>
  [...thresholds].map(([category, { threshold, why }]) => [category, threshold, why]);

test('fixed thresholds stay as written', () => {
  const policy: Policy = { ...defaultPolicy, scoreByCategory: { [DOG]: 0.3 } };
  const resolved = resolvePolicy(policy, NOTHING);
  assert.equal(resolved.policy, policy);
  assert.deepEqual(thresholdsOf(resolved), [
    [CAT, 0.5, 'fixed'],
    [DOG, 0.3, 'fixed'],
  ]);
});

test('top share: of each category as many as people would have labeled on so many images', () => {
  const images = [
    apart([
      [CAT, 0.9],
      [CAT, 0.8],
      [DOG, 0.2],
    ]),
    apart([
      [CAT, 0.7],
      [CAT, 0.6],
      [DOG, 0.1],
    ]),
    apart([]),
    apart([]),
  ].map((set) => ({ candidates: set }));
  const evidence = {
    ...NOTHING,
    candidates: images,
    humanDensity: new Map([
      [CAT, 0.5],
      [DOG, 0.25],
    ]),
  };
  assert.deepEqual(thresholdsOf(resolvePolicy(TOP_SHARE, evidence)), [
    [CAT, 0.8, 'own'],
    [DOG, 0.2, 'own'],
  ]);
  assert.deepEqual(thresholdsOf(resolvePolicy({ ...TOP_SHARE, density: 1.5 }, evidence)), [
    [CAT, 0.7, 'own'],
    [DOG, 0.1, 'own'],
  ]);
  assert.deepEqual(thresholdsOf(resolvePolicy({ ...TOP_SHARE, density: 4 }, evidence)), [
    [CAT, 0, 'unreachable'],
    [DOG, 0, 'unreachable'],
  ]);
  const neverLabeled = { ...evidence, humanDensity: new Map([[CAT, 0.5]]) };
  assert.deepEqual(thresholdsOf(resolvePolicy(TOP_SHARE, neverLabeled))[1], [DOG, KEEPS_NOTHING, 'own']);
});

test('top share ranks what survives NMS, whatever is written as a threshold', () => {
  const image = { candidates: setOf([candidate(1, 0.9), candidate(2, 0.8), candidate(3, 0.4, { x1: 25, y1: 20, x2: 35, y2: 28 })]) };
  const evidence = { ...NOTHING, candidates: [image], humanDensity: new Map([[CAT, 2]]) };
  assert.equal(resolvePolicy({ ...TOP_SHARE, score: 0.95 }, evidence).policy.scoreByCategory[CAT], 0.4);
});

test('target precision: the lowest threshold of a category that reaches it', () => {
  const cats = judged(CAT, [...times(27, [0.9, 1] as const), ...times(3, [0.8, 0] as const), ...times(5, [0.3, 0] as const)]);
  const dogs = judged(DOG, [...times(20, [0.4, 1] as const), ...times(30, [0.35, 2] as const), [0.2, 1], [0.1, 0]]);
  const evidence = { ...NOTHING, calibration: [...cats, ...dogs] };
  assert.deepEqual(thresholdsOf(resolvePolicy(TARGET, evidence)), [
    [CAT, 0.8, 'own'],
    [DOG, 0.1, 'own'],
  ]);
  assert.deepEqual(thresholdsOf(resolvePolicy({ ...TARGET, precision: 1 }, evidence)), [
    [CAT, 0.9, 'own'],
    [DOG, 0.2, 'own'],
  ]);
});

test('too few objects of a category: those of all; a precision that nothing reaches keeps nothing', () => {
  const cats = judged(CAT, [...times(30, [0.9, 1] as const), ...times(30, [0.6, 0] as const)]);
  const dogs = judged(DOG, times(5, [0.7, 1] as const));
  assert.deepEqual(thresholdsOf(resolvePolicy(TARGET, { ...NOTHING, calibration: [...cats, ...dogs] })), [
    [CAT, 0.9, 'own'],
    [DOG, 0.7, 'pooled'],
  ]);
  const wrong = judged(CAT, times(40, [0.9, 0] as const), 30);
  const resolved = resolvePolicy(TARGET, { ...NOTHING, calibration: wrong });
  assert.deepEqual(thresholdsOf(resolved), [
    [CAT, KEEPS_NOTHING, 'unreachable'],
    [DOG, KEEPS_NOTHING, 'unreachable'],
  ]);
  const decisions = selectPseudoLabels(apart([[CAT, 1]]), resolved.policy, null);
  assert.deepEqual(decisions, [{ prediction: 1, status: 'dropped', reason: 'unsure' }]);
});

test('the first few labels alone promise no precision', () => {
  const lucky = judged(CAT, [...times(9, [0.9, 1] as const), ...times(30, [0.5, 0] as const)], 30);
  assert.equal(resolvePolicy(TARGET, { ...NOTHING, calibration: lucky }).thresholds.get(CAT)?.why, 'unreachable');
});

test('a resolved policy is JSON, and resolves to itself', () => {
  const evidence = { ...NOTHING, calibration: judged(CAT, times(30, [0.9, 1] as const)) };
  const { policy } = resolvePolicy(TARGET, evidence);
  assert.deepEqual(policy.scoreByCategory, { [CAT]: 0.9, [DOG]: 0.9 });
  assert.deepEqual(resolvePolicy(JSON.parse(JSON.stringify(policy)), evidence).policy, policy);
});

const round = fc.array(candidates(1).map(setOf), { minLength: 1, maxLength: 6 });
const isKept = ({ status }: { readonly status: string }) => status === 'kept';

test('one threshold for all keeps of any image what survives without a threshold and reaches it', () => {
  fc.assert(
    fc.property(round, fc.integer({ min: 0, max: 10 }), (sets, tenths) => {
      for (const set of sets) {
        const at = (score: number) => selectPseudoLabels(set, { ...defaultPolicy, score }, null).map(isKept);
        const survives = at(0);
        assert.deepEqual(
          at(tenths / 10),
          survives.map((kept, index) => kept && set.scores[index] >= tenths / 10),
        );
      }
    }),
  );
});

test('a target is reached where thresholds say so, and one step lower it is not', () => {
  const outcomes = fc.array(fc.tuple(fc.integer({ min: 1, max: 10 }), fc.boolean()), { minLength: 60, maxLength: 90 });
  fc.assert(
    fc.property(outcomes, fc.constantFrom(0.3, 0.5, 0.6, 0.8), (said, precision) => {
      const sets = judged(
        CAT,
        said.map(([tenths, right]) => [tenths / 10, right ? 1 : 0] as const),
      );
      const { policy, thresholds } = resolvePolicy({ ...TARGET, precision }, { ...NOTHING, calibration: sets });
      const { threshold } = thresholds.get(CAT) as { threshold: number };
      if (threshold === KEEPS_NOTHING) return;
      const precisionAt = (score: number) =>
        expectedQuality(sets, { ...policy, scoreByCategory: { [CAT]: score } }).overall.pseudoPrecision?.share ?? 1;
      assert.ok(precisionAt(threshold) >= precision);
      for (let lower = Math.round(threshold * 10) - 1; lower > 0; lower--)
        if (said.some(([tenths]) => tenths === lower)) assert.ok(precisionAt(lower / 10) < precision);
    }),
  );
});
