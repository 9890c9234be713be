import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { float16Values, fromFloat16, toFloat16 } from './float16.ts';

const cases: readonly (readonly [string, number, number])[] = [
  ['zero', 0, 0x0000],
  ['minus zero', -0, 0x8000],
  ['one', 1, 0x3c00],
  ['minus two', -2, 0xc000],
  ['the largest', 65504, 0x7bff],
  ['just what still rounds down to it', 65519.99, 0x7bff],
  ['what is too large', 65520, 0x7c00],
  ['the smallest normal', 2 ** -14, 0x0400],
  ['the smallest', 2 ** -24, 0x0001],
  ['half of the smallest, to even', 2 ** -25, 0x0000],
  ['a tie, to even', 1 + 2 ** -11, 0x3c00],
  ['the next tie, to even', 1 + 3 * 2 ** -11, 0x3c02],
  ['minus infinity', Number.NEGATIVE_INFINITY, 0xfc00],
];

for (const [what, value, half] of cases) test(`half precision: ${what}`, () => assert.equal(toFloat16(value), half));

test('every half-precision number survives the way to single precision and back', () => {
  const values = float16Values(Uint16Array.from({ length: 65536 }, (_, half) => half));
  for (let half = 0; half < 65536; half++) {
    if (Number.isNaN(values[half])) assert.ok(Number.isNaN(fromFloat16(toFloat16(values[half]))));
    else assert.equal(toFloat16(values[half]), half);
  }
});

test('rounding is to the nearest', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const half = toFloat16(value);
      const error = Math.abs(fromFloat16(half) - value);
      for (const neighbour of [half - 1, half + 1]) {
        const other = Math.abs(fromFloat16(neighbour & 0xffff) - value);
        assert.ok(Number.isNaN(other) || error <= other);
      }
    }),
  );
});
