import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { bestPoint, hasStalled } from './validations.ts';

const curveOf = (...values: readonly (number | null)[]) => values.map((value, index) => ({ step: 10 * (index + 1), value }));

it('the best is the highest, of equals the last, and undefined is worst', () => {
  assert.equal(bestPoint([]), null);
  assert.equal(bestPoint(curveOf(null))?.step, 10);
  assert.equal(bestPoint(curveOf(null, 0, null))?.step, 20);
  assert.equal(bestPoint(curveOf(0.1, 0.3, 0.3, 0.2))?.step, 30);
});

const cases: readonly [what: string, curve: readonly (number | null)[], patience: number | null, stalled: boolean][] = [
  ['never without patience', [0.5, 0.1, 0.1, 0.1], null, false],
  ['not at the first', [0.5], 1, false],
  ['not while it rises', [0.1, 0.2, 0.3], 1, false],
  ['at once with patience 1', [0.3, 0.2], 1, true],
  ['not before its patience is over', [0.3, 0.2, 0.1], 3, false],
  ['after so many without a rise', [0.1, 0.3, 0.2, 0.1, 0.2], 3, true],
  ['an equal is no rise', [0.3, 0.3, 0.3], 2, true],
  ['undefined is no rise', [null, null, null], 2, true],
  ['a rise from undefined is one', [null, null, 0], 2, false],
];
for (const [what, curve, patience, stalled] of cases)
  it(`stops ${what}`, () => assert.equal(hasStalled(curveOf(...curve), patience), stalled));

it('a curve that has just reached its top has not stalled', () =>
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), fc.integer({ min: 1, max: 5 }), (values, patience) => {
      const curve = curveOf(...values, 2);
      assert.ok(!hasStalled(curve, patience));
      assert.equal(bestPoint(curve)?.step, 10 * curve.length);
    }),
  ));
