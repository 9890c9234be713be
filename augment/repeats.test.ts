import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classIndex, type TrainingImage } from '../core/index.ts';
import { repeatedOrder, repeatFactors } from './repeats.ts';

const size = { width: 2, height: 2 };
const mask = { size, counts: Uint32Array.of(0, 4) };
const picture = (...classes: number[]): TrainingImage => ({
  path: '',
  size,
  instances: classes.map((index) => ({ classIndex: classIndex(index), mask, source: { by: 'human' } })),
  ignored: [],
});

test('a picture is repeated by its rarest class: the square root of threshold over share', () => {
  const pictures = [picture(0), picture(0, 0), picture(0, 1), picture()];
  // Class 0 is in 3 of 4 pictures, class 1 in one.
  assert.deepEqual(repeatFactors(pictures, 1), [Math.sqrt(4 / 3), Math.sqrt(4 / 3), 2, 1]);
  assert.deepEqual(repeatFactors(pictures, 0.25), [1, 1, 1, 1]);
});

test('with factors of 1 each epoch visits each picture once', () => {
  const order = repeatedOrder([1, 1, 1, 1, 1], 3);
  for (let epoch = 0; epoch < 4; epoch++) {
    const visits = Array.from({ length: 5 }, (_, at) => order(epoch * 5 + at));
    assert.deepEqual(visits.sort(), [0, 1, 2, 3, 4]);
  }
});

test('property: over many epochs each picture is visited as often as its factor says', () => {
  const factors = fc.array(fc.double({ min: 1, max: 5, noNaN: true }), { minLength: 1, maxLength: 12 });
  /** Systematic sampling gives each picture its factor rounded up or down, each epoch. */
  const most = 1;
  fc.assert(
    fc.property(factors, fc.nat(), (wanted, seed) => {
      const order = repeatedOrder(wanted, seed);
      const places = Math.ceil(wanted.reduce((sum, factor) => sum + factor, 0));
      const perEpoch = wanted.map((factor) => (factor * places) / wanted.reduce((sum, one) => sum + one, 0));
      const seen = wanted.map(() => 0);
      for (let visit = 0; visit < places; visit++) seen[order(visit)]++;
      for (const [index, count] of seen.entries())
        assert.ok(Math.abs(count - perEpoch[index]) < most + 1e-9, `${count} of ${perEpoch[index]}`);
    }),
  );
});

test('fractions even out over the epochs', () => {
  const order = repeatedOrder([1, 1.5, 2.5], 1);
  const seen = [0, 0, 0];
  for (let visit = 0; visit < 5 * 400; visit++) seen[order(visit)]++;
  const tolerance = 0.1;
  for (const [index, factor] of [1, 1.5, 2.5].entries()) assert.ok(Math.abs(seen[index] / 400 - factor) < tolerance, `${seen[index]}`);
});

test('a picture of factor 1 is shown in every epoch, whatever the others are', () => {
  const order = repeatedOrder([1, 1, 1.4], 5);
  for (let epoch = 0; epoch < 300; epoch++) {
    const seen = new Set(Array.from({ length: 4 }, (_, at) => order(epoch * 4 + at)));
    assert.equal(seen.size, 3);
  }
});
