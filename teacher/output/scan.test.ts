import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { areFinite, columnMaxima } from './scan.ts';

const notFinite = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
/** Few different values, so that there are equal ones. */
const matrix = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 6 })).chain(([columns, rows]) =>
  fc.record({
    columns: fc.constant(columns),
    values: fc.array(
      fc.integer({ min: -9, max: 8 }).map((eighths) => eighths / 8),
      { minLength: columns * rows, maxLength: columns * rows },
    ),
  }),
);

test('finite numbers are finite, however many and however large', () => {
  for (const length of [0, 1, 3, 4, 4095, 4096, 4097, 10_000]) {
    const values = Float32Array.from({ length }, (_, at) => (at % 2 === 0 ? 3.4e38 : -1e-45));
    assert.equal(areFinite(values), true, `${length}`);
  }
});

test('a single number that is not finite is found, wherever it is', () => {
  const place = fc.integer({ min: 1, max: 10_000 }).chain((length) => fc.tuple(fc.constant(length), fc.nat(length - 1), notFinite));
  fc.assert(
    fc.property(place, ([length, at, value]) => {
      assert.equal(areFinite(new Float32Array(length).fill(value, at, at + 1)), false);
    }),
  );
});

test('maxima are the first of the highest values of a column', () => {
  fc.assert(
    fc.property(matrix, ({ columns, values }) => {
      const expected = Array.from({ length: columns }, (_, column) => {
        const those = [-1, ...values.filter((_, at) => at % columns === column)];
        const highest = Math.max(...those);
        return [highest, Math.max(0, those.indexOf(highest) - 1)];
      });
      const found = columnMaxima(Float32Array.from(values), columns);
      assert.deepEqual(
        expected,
        Array.from(found?.highest ?? [], (value, column) => [value, found?.row[column]]),
      );
    }),
  );
});

test('a matrix with a number that is not finite has no maxima', () => {
  const some = matrix
    .filter(({ values }) => values.length > 0)
    .chain((given) => fc.tuple(fc.constant(given), fc.nat(given.values.length - 1), notFinite));
  fc.assert(
    fc.property(some, ([{ columns, values }, at, value]) => {
      assert.equal(columnMaxima(Float32Array.from(values).fill(value, at, at + 1), columns), null);
    }),
  );
});
