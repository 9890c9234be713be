import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CategoryId, CHANGE_KINDS, categoryId, predictionId } from '../core/index.ts';
import { agreementOf, type DriftFinding, type DriftLimits, driftOf, type LabelTotals } from './drift.ts';
import { type ComparedLabel, driftExamples, driftSentence } from './drift-words.ts';
import { CAT, DOG } from './test-drawing.ts';

const LIMITS: DriftLimits = { classShare: 0.5, density: 3, agreement: 0.3 };
const OFF: DriftLimits = { classShare: null, density: null, agreement: null };
const ROUNDING = 1e-12;

const picture = (images: number, cats: number, dogs: number): LabelTotals => ({
  images,
  labels: new Map([
    [CAT, cats],
    [DOG, dogs],
  ]),
});
const nameOf = (category: CategoryId) => (category === CAT ? 'cat' : 'dog');

test('what stays within its limits is told, and does not exceed', () => {
  const drift = driftOf(picture(20, 30, 10), picture(10, 10, 10), 0.3, LIMITS);
  assert.deepEqual(drift, {
    classShare: 0.25,
    movedClasses: [
      { category: CAT, from: 0.5, to: 0.75 },
      { category: DOG, from: 0.5, to: 0.25 },
    ],
    density: { from: 2, to: 2 },
    agreement: 0.3,
    exceeded: [],
  });
  assert.deepEqual(JSON.parse(JSON.stringify(drift)), drift);
});

test('what moved too far, from what to what, as a sentence each', () => {
  const { exceeded } = driftOf(picture(10, 90, 0), picture(10, 4, 16), 0.21, LIMITS);
  assert.deepEqual(
    exceeded.map((finding) => driftSentence(finding, nameOf, 'round 1')),
    [
      '0.800 of the labels are of other classes than in round 1, of which brake.classShare allows 0.500: most of all cat from 0.200 to 1.000 and dog from 0.800 to 0.000',
      'labels a picture went from 2.00 in round 1 to 9.00, of which brake.density allows a factor of 3',
      '0.210 of the labels of round 1 are still labels of their class, of which brake.agreement asks for 0.300',
    ],
  );
  assert.deepEqual(driftOf(picture(10, 90, 0), picture(10, 4, 16), 0.21, OFF).exceeded, []);
});

test('density counts either way; no label at all is too few, and nothing before it is nothing to compare with', () => {
  assert.equal(driftOf(picture(10, 10, 10), picture(10, 30, 30), null, LIMITS).exceeded.length, 0);
  assert.deepEqual(driftOf(picture(10, 9, 10), picture(10, 30, 30), null, LIMITS).exceeded, [
    { of: 'density', from: 6, to: 1.9, limit: 3 },
  ]);
  const none = driftOf(picture(10, 0, 0), picture(10, 10, 10), null, LIMITS);
  assert.deepEqual([none.classShare, none.exceeded.map(({ of }) => of)], [null, ['density']]);
  const unlabeled = driftOf(picture(0, 0, 0), picture(10, 10, 10), null, LIMITS);
  assert.deepEqual([unlabeled.density, unlabeled.exceeded], [null, []]);
});

test('agreement is the share of the former labels that kept their class', () => {
  assert.equal(agreementOf({ kept: 3, grew: 1, shrank: 1, reclassified: 2, died: 3, born: 50 }), 0.5);
  assert.equal(agreementOf({ born: 5 }), null);
});

test('property: class shares move by 0..1, by nothing between equal shares, and as far back as forth', () => {
  const labels = fc
    .array(fc.tuple(fc.nat(5).map(categoryId), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 6 })
    .map((counts): LabelTotals => ({ images: 7, labels: new Map(counts) }));
  fc.assert(
    fc.property(labels, labels, fc.integer({ min: 2, max: 5 }), (a, b, times) => {
      const moved = driftOf(a, b, null, OFF).classShare ?? Number.NaN;
      assert.ok(moved >= 0 && moved <= 1 + ROUNDING);
      assert.ok(Math.abs(moved - (driftOf(b, a, null, OFF).classShare ?? Number.NaN)) < ROUNDING);
      const more = { ...a, labels: new Map([...a.labels].map(([category, count]) => [category, count * times])) };
      assert.ok((driftOf(more, a, null, OFF).classShare ?? 1) < ROUNDING);
    }),
  );
});

const FINDINGS: readonly DriftFinding[] = [
  {
    of: 'classShare',
    amount: 0.8,
    limit: 0.5,
    rose: { category: CAT, from: 0.2, to: 1 },
    fell: { category: DOG, from: 0.8, to: 0 },
  },
  { of: 'density', from: 2, to: 9, limit: 3 },
  { of: 'density', from: 9, to: 2, limit: 3 },
  { of: 'agreement', share: 0.2, limit: 0.3 },
];

test('examples are the labels that contribute most, the surest first', () => {
  const label = (id: number, category: CategoryId, score: number, change: ComparedLabel['change']): ComparedLabel => ({
    prediction: predictionId(id),
    category,
    score,
    change,
  });
  const labels = [
    label(1, CAT, 0.9, 'kept'),
    label(2, CAT, 0.6, 'born'),
    label(3, CAT, 0.7, 'reclassified'),
    label(4, DOG, 0.8, 'born'),
    label(5, DOG, 0.5, 'died'),
    label(6, CAT, 0.9, 'died'),
  ];
  assert.deepEqual(
    FINDINGS.map((finding) => driftExamples(finding, labels)),
    [
      [3, 2, 1],
      [4, 2, 1, 3],
      [6, 5],
      [6, 5, 3, 4, 2],
    ],
  );
  assert.deepEqual(driftExamples(FINDINGS[0], [label(1, CAT, 0.5, null), label(2, DOG, 0.9, null)]), [1], 'the first labeled round');
});

test('property: of many labels the same ten are shown, whatever their order', () => {
  const label = fc.record({
    category: fc.constantFrom(CAT, DOG),
    score: fc.constantFrom(0.5, 0.7, 0.9),
    change: fc.constantFrom(null, ...CHANGE_KINDS),
  });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 40 }), fc.constantFrom(...FINDINGS), (facts, finding) => {
      const labels = facts.map((fact, at) => ({ ...fact, prediction: predictionId(at + 1) }));
      const all = driftExamples(finding, labels, labels.length + 1);
      assert.deepEqual(driftExamples(finding, labels.toReversed()), all.slice(0, 10));
    }),
  );
});
