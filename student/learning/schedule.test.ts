import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptShare, learningRateFactor, rampUp, type Schedule } from './schedule.ts';

const TOLERANCE = 1e-12;
const cosine: Schedule = { kind: 'cosine' };
const paper: Schedule = { kind: 'step', at: [0.9, 0.95, 0.975], factor: 0.1 };

const factors: readonly [schedule: Schedule, step: number, steps: number, factor: number, why: string][] = [
  [cosine, 0, 10, 0.25, 'the first of four warm-up steps'],
  [cosine, 3, 10, 1, 'the last of them'],
  [cosine, 4, 10, 1, 'the top of the cosine'],
  [cosine, 7, 10, 0.505, 'half way down'],
  [cosine, 10, 10, 0.01, 'the end'],
  [paper, 1, 1000, 0.5, 'the second of four warm-up steps'],
  [paper, 899, 1000, 1, 'before the first drop'],
  [paper, 900, 1000, 0.1, 'from the first drop on'],
  [paper, 950, 1000, 0.01, 'from the second'],
  [paper, 975, 1000, 0.001, 'from the third'],
  [paper, 999, 1000, 0.001, 'the last step'],
];
for (const [schedule, step, steps, factor, why] of factors)
  test(`${schedule.kind} learning rate factor at step ${step} of ${steps}: ${why}`, () => {
    const actual = learningRateFactor(step, { steps, warmupSteps: 4, schedule });
    assert.ok(Math.abs(actual - factor) < TOLERANCE, `it is ${actual}, not ${factor}`);
  });

test('without warm-up the first step is a whole one, even when it is the only one', () => {
  assert.equal(learningRateFactor(0, { steps: 10, warmupSteps: 0, schedule: cosine }), 1);
  assert.equal(learningRateFactor(0, { steps: 1, warmupSteps: 1, schedule: cosine }), 1);
});

test('a ramp rises from 0 to 1 over its steps, and is 1 at once without any', () => {
  assert.deepEqual(
    [0, 1, 2, 4, 5].map((step) => rampUp(step, 4)),
    [0, 0.25, 0.5, 1, 1],
  );
  assert.equal(rampUp(0, 0), 1);
});

test('a moving average keeps little at first, and its share in the end', () => {
  assert.deepEqual([keptShare(0.99, 0), keptShare(0.99, 10), keptShare(0.99, 10_000)], [0.1, 0.55, 0.99]);
});
