import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CategoryId, maskOverlaps, type PredictionId, predictionId, rle, SUSPICION_KINDS, type Suspicion } from '../core/index.ts';
import { traceLineage } from './lineage.ts';
import type { Decision } from './select.ts';
import { cutness } from './suspects/cut.ts';
import type { RoundBefore } from './suspects/scene.ts';
import { strayness } from './suspects/stray-pixels.ts';
import { unlikeness } from './suspects/unlike-before.ts';
import { LEAST_STRENGTH, suspicions } from './suspects.ts';
import { CAT, candidate, DOG, drawing } from './test-drawing.ts';
import type { Candidate } from './verdict.ts';

const ROUNDING = 1e-6;

const decisionFor = ({ id, score }: Candidate): Decision =>
  score >= 0.5
    ? { prediction: id, status: 'kept', reason: 'score', weight: 1 }
    : { prediction: id, status: 'dropped', reason: 'below-threshold' };

interface Case {
  readonly predictions: readonly Candidate[];
  readonly before?: readonly Candidate[];
  readonly ancestors?: ReadonlyMap<PredictionId, readonly CategoryId[]>;
  /** In place of the score's. */
  readonly decisions?: readonly Decision[];
}

function suspect({ predictions, before, ancestors = new Map(), decisions = predictions.map(decisionFor) }: Case): Suspicion[] {
  const overlaps = maskOverlaps(predictions.map(({ mask }) => mask));
  const former: RoundBefore | null = before
    ? { predictions: before, labels: before.filter(({ score }) => score >= 0.5), lineage: traceLineage(predictions, before), ancestors }
    : null;
  return suspicions({ predictions, overlaps, decisions, before: former });
}

/** As [kind, prediction, other], with strengths to three digits. */
const told = (found: readonly Suspicion[]) =>
  found.map(({ kind, prediction, other, strength }) => [kind, prediction, other, Number(strength.toFixed(3))]);

const accepted = (id: number): Decision => ({ prediction: predictionId(id), status: 'kept', reason: 'accepted', weight: 1 });
const rejected = (id: number): Decision => ({ prediction: predictionId(id), status: 'dropped', reason: 'rejected' });

const two = drawing('......', '.aabb.', '.aabb.', '.aabb.', '......');

test('disagreement: a label that the last teacher did not see, or was less sure of', () => {
  const predictions = [candidate(11, two('a'), 0.9), candidate(12, two('b'), 0.9)];
  assert.deepEqual(told(suspect({ predictions, before: [candidate(1, two('a'), 0.4)] })), [
    ['disagreement', 12, null, 0.9],
    ['disagreement', 11, 1, 0.5],
  ]);
  assert.deepEqual(suspect({ predictions, before: [candidate(1, two('a'), 0.8), candidate(2, two('b'), 0.95)] }), []);
  assert.deepEqual(suspect({ predictions }), [], 'nobody to disagree with');
});

test('disagreement: a label of the last round that is only half sure now; one that is gone has died', () => {
  const before = [candidate(1, two('a'), 0.9), candidate(2, two('b'), 0.8)];
  assert.deepEqual(told(suspect({ predictions: [candidate(11, two('a'), 0.3)], before })), [['disagreement', 11, 1, 0.6]]);
  assert.deepEqual(
    suspect({ predictions: [candidate(11, two('ab'), 0.9)], before: [candidate(1, two('ab'), 0.85), candidate(2, two('b'), 0.8)] }),
    [],
  );
});

test('what a person decided is neither suspected nor missed', () => {
  const before = [candidate(1, two('a'), 0.9)];
  const predictions = [candidate(11, two('a'), 0.1), candidate(12, two('b'), 0.9)];
  assert.deepEqual(suspect({ predictions, before, decisions: [rejected(11), accepted(12)] }), []);
});

test('split: two labels that together are a third prediction', () => {
  const predictions = [candidate(11, two('a'), 0.8), candidate(12, two('b'), 0.6), candidate(13, two('ab'), 0.4)];
  assert.deepEqual(told(suspect({ predictions })), [
    ['split', 12, 13, 0.667],
    ['split', 11, 13, 0.5],
  ]);
  assert.deepEqual(suspect({ predictions: [...predictions.slice(0, 2), candidate(13, two('ab'), 0.4, DOG)] }), [], 'another category');
  assert.deepEqual(suspect({ predictions: [predictions[0], candidate(12, two('b'), 0.4), predictions[2]] }), [], 'one label');
  assert.deepEqual(told(suspect({ predictions, decisions: [accepted(11), decisionFor(predictions[1]), decisionFor(predictions[2])] })), [
    ['split', 12, 13, 0.667],
  ]);
});

test('merged: a label that two other predictions are together', () => {
  const predictions = [candidate(11, two('ab'), 0.8), candidate(12, two('a'), 0.4), candidate(13, two('b'), 0.3)];
  assert.deepEqual(told(suspect({ predictions })), [['merged', 11, 13, 0.375]]);
  assert.deepEqual(suspect({ predictions: [...predictions.slice(0, 2), candidate(13, two('ab'), 0.3)] }), [], 'the others overlap');
});

test('split and merged are also seen in comparison with the round before', () => {
  const [whole, parts] = [[candidate(1, two('ab'), 0.9)], [candidate(2, two('a'), 0.7), candidate(3, two('b'), 0.7)]];
  assert.deepEqual(
    told(suspect({ predictions: parts, before: whole })).filter(([kind]) => kind !== 'disagreement'),
    [
      ['split', 2, 1, 1],
      ['split', 3, 1, 1],
    ],
  );
  assert.deepEqual(
    told(suspect({ predictions: whole, before: parts })).filter(([kind]) => kind !== 'disagreement'),
    [['merged', 1, 2, 0.778]],
  );
});

test('unlike-before: another class than its ancestors had', () => {
  const predictions = [candidate(11, two('a'), 0.9, DOG)];
  const before = [candidate(1, two('a'), 0.9, CAT)];
  const ancestors = new Map([[predictionId(1), [CAT, DOG]]]);
  assert.deepEqual(told(suspect({ predictions, before })), [['unlike-before', 11, 1, 0.5]]);
  assert.deepEqual(told(suspect({ predictions, before, ancestors })), [['unlike-before', 11, 1, 0.5]]);
  assert.deepEqual(suspect({ predictions: [candidate(11, two('a'), 0.9)], before, ancestors }), []);
  assert.equal(unlikeness(DOG, [CAT, CAT, DOG, CAT]), 3 / 5);
  assert.equal(unlikeness(DOG, [CAT, DOG]), 0);
});

test('stray-pixels: parts away from the body, by share and distance', () => {
  const far = drawing('..........', '.aaaa....b', '.aaaa....b', '.aaaac...b', '..........');
  const predictions = [candidate(1, far('ab'), 0.9)];
  assert.deepEqual(told(suspect({ predictions })), [['stray-pixels', 1, null, Number(Math.sqrt((3 / 15) * (4 / 5)).toFixed(3))]]);
  assert.equal(strayness(rle.components(far('ac'))), 0, 'it hangs together');
  const ring = drawing('aaaaa', 'a...a', 'a.b.a', 'a...a', 'aaaaa');
  assert.equal(strayness(rle.components(ring('ab'))), 0, 'inside the box of the body');
});

const disc = drawing('...aa...bb..', '..aaaa.bbbb.', '.aaaaaabbbbb', '.aaaaaabbbbb', '..aaaa.bbbb.', '...aa...bb..', '............');
test('cut: one side is a long line, the others are not', () => {
  const half = drawing('........', '....bb..', '...bbbb.', '..bbbbb.', '..bbbbb.', '........');
  assert.ok(cutness(half('b')) > LEAST_STRENGTH);
  const [kind, prediction] = told(suspect({ predictions: [candidate(1, half('b'), 0.9)] }))[0];
  assert.deepEqual([kind, prediction], ['cut', 1]);
  const screen = drawing('......', '.aaaa.', '.aaaa.', '......');
  assert.equal(cutness(screen('a')), 0, 'a screen has four straight sides');
  assert.equal(cutness(disc('a')), 0, 'all sides are alike');
});

test('cut: the border of the picture is weaker evidence, and a short line none', () => {
  const inside = drawing('.......', '..bbb..', '.bbbbb.', '.bbbbb.', '.......');
  const outside = drawing('.......', '.......', '..bbb..', '.bbbbb.', '.bbbbb.');
  assert.ok(Math.abs(cutness(outside('b')) - 0.4 * cutness(inside('b'))) < ROUNDING);
  const speck = drawing('....', '.b..', '....');
  assert.equal(cutness(speck('b')), 0);
});

const SIZE = { width: 120, height: 90 };
const boxOf = (x1: number, y1: number, width: number, height: number) => rle.fromBox(SIZE, { x1, y1, x2: x1 + width, y2: y1 + height });

test('property: stray pixels weigh more the more there are and the farther they lie', () => {
  const body = boxOf(5, 30, 20, 30);
  const strayAt = (gap: number, side: number) => strayness([body, boxOf(25 + gap, 35, side, side)]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), fc.nat(10), fc.nat(4), (gap, side, farther, larger) => {
      assert.ok(strayAt(gap + farther, side) >= strayAt(gap, side));
      assert.ok(strayAt(gap, side + larger) >= strayAt(gap, side));
    }),
  );
});

test('property: a wider flat end is more of a cut', () => {
  const bodied = (endPx: number) => cutness(rle.union([boxOf(30, 40, endPx, 30), boxOf(20, 30, 60, 12), boxOf(48, 22, 4, 10)]));
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 39 }), fc.nat(10), (endPx, wider) => {
      assert.ok(bodied(endPx + wider) >= bodied(endPx));
    }),
  );
});

test('property: ancestors of one other class speak louder the more they are', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), (cats, dogs) => {
      const line = (count: number) => [...new Array<CategoryId>(count).fill(CAT), ...new Array<CategoryId>(dogs).fill(DOG)];
      assert.ok(unlikeness(DOG, line(cats + 1)) >= unlikeness(DOG, line(cats)));
      assert.ok(unlikeness(DOG, [...line(cats), DOG]) <= unlikeness(DOG, line(cats)));
    }),
  );
});

test('property: the surer the witness and the less sure the suspect, the stronger a split and a disagreement', () => {
  const score = fc.double({ min: 0.5, max: 1, noNaN: true });
  const strengthOf = (found: readonly Suspicion[], id: number) => found.find(({ prediction }) => prediction === id)?.strength ?? 0;
  fc.assert(
    fc.property(score, score, fc.double({ min: 0, max: 1, noNaN: true }), (part, whole, share) => {
      const split = (a: number, c: number) =>
        strengthOf(suspect({ predictions: [candidate(1, two('a'), a), candidate(2, two('b'), a), candidate(3, two('ab'), c)] }), 1);
      assert.ok(split(part, whole) >= split(part, whole * share) - ROUNDING);
      assert.ok(split(part, whole) <= split(Math.max(0.5, part * share), whole) + ROUNDING);
      const doubt = (now: number, then: number) =>
        strengthOf(suspect({ predictions: [candidate(1, two('a'), now)], before: [candidate(9, two('a'), then)] }), 1);
      assert.ok(doubt(part, whole * share) >= doubt(part, whole) - ROUNDING);
    }),
    { numRuns: 50 },
  );
});

test('property: predictions of this round, strengths 0..1, strongest first, each kind once, whatever the order of predictions', () => {
  const one = fc.tuple(fc.constantFrom('a', 'b', 'ab'), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(CAT, DOG));
  const round = (firstId: number) =>
    fc
      .array(one, { maxLength: 7 })
      .map((all) => all.map(([letters, score, category], at) => candidate(firstId + at, two(letters), score, category)));
  fc.assert(
    fc.property(round(101), round(1), (predictions, before) => {
      const found = suspect({ predictions, before });
      assert.deepEqual(suspect({ predictions: predictions.toReversed(), before: before.toReversed() }), found);
      for (const { kind, strength } of found) assert.ok(SUSPICION_KINDS.includes(kind) && strength >= LEAST_STRENGTH && strength <= 1);
      assert.ok(found.every(({ prediction }) => predictions.some(({ id }) => id === prediction)));
      assert.deepEqual(
        found.map(({ strength }) => strength).toSorted((a, b) => b - a),
        found.map(({ strength }) => strength),
      );
      assert.equal(new Set(found.map(({ kind, prediction }) => `${kind} ${prediction}`)).size, found.length);
    }),
  );
});
