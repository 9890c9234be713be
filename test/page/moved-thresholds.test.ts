import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { categoryId } from '../../core/index.ts';
import type { PolicyClass, PolicyFacts } from '../../web/contract/policy.ts';
import {
  differences,
  isMoved,
  type MovedThresholds,
  moveAll,
  movedIn,
  moveOne,
  NOT_MOVED,
  queryOf,
  thresholdOf,
} from '../../web/page/policy/moved-thresholds.ts';

const classOf = (id: number, name: string, threshold: number): PolicyClass => ({
  ...{ category: categoryId(id), name, classIndex: 0, threshold, why: 'fixed', predictions: 0, histogram: [] },
});
const CAT = classOf(3, 'cat', 0.5);
const DOG = classOf(17, 'dog', 2);
const FACTS: PolicyFacts = { round: 1, rounds: [1], classes: [CAT, DOG], rule: 'fixed', settings: [] };

test('what an address says of thresholds is what was written into it; anything else is left out', () => {
  const thresholds = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  const moved = fc.record({
    all: fc.option(thresholds),
    own: fc.array(fc.tuple(fc.nat(2000), thresholds)).map((pairs) => new Map(pairs.toSorted(([a], [b]) => a - b))),
  });
  fc.assert(fc.property(moved, ({ all, own }: MovedThresholds) => assert.deepEqual(movedIn(queryOf({ all, own })), { all, own })));
  assert.deepEqual(movedIn({ all: '2', t3: 'x', t4: '', t5: '-1', tail: '0.5', round: '1' }), NOT_MOVED);
});

test('one for all takes the place of single ones, which then stand apart from it', () => {
  const one = moveOne(NOT_MOVED, CAT, 0.6004);
  assert.equal(thresholdOf(one, CAT), 0.6);
  const all = moveAll(1.7);
  assert.deepEqual([thresholdOf(all, CAT), thresholdOf(all, DOG)], [1, 1]);
  const both = moveOne(moveAll(0.4), DOG, 0.2);
  assert.deepEqual([thresholdOf(both, CAT), thresholdOf(both, DOG)], [0.4, 0.2]);
  assert.deepEqual(differences(both, FACTS), ['all classes: 0.40', 'but dog: keeps nothing → 0.20']);
});

test('a slider that goes back to where it was is not moved', () => {
  assert.equal(isMoved(moveOne(moveOne(NOT_MOVED, CAT, 0.6), CAT, 0.5)), false);
  assert.deepEqual(differences(NOT_MOVED, FACTS), []);
  assert.deepEqual(differences(moveOne(NOT_MOVED, CAT, 0.505), FACTS), ['cat: 0.50 → 0.505']);
});
