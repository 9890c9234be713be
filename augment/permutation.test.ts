import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { permuted } from './permutation.ts';

const order = (count: number, seed: number) => Array.from({ length: count }, (_, index) => permuted(index, count, seed));

test('a permutation visits each index once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (count, seed) => {
      assert.equal(new Set(order(count, seed)).size, count);
    }),
    { numRuns: 40 },
  );
});

test('all six orders of three pictures occur about equally often', () => {
  const seeds = 600;
  const tolerance = 45;
  const counts = new Map<string, number>();
  for (let seed = 0; seed < seeds; seed++) {
    const key = order(3, seed).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - seeds / 6) < tolerance, `${count} of ${seeds}`);
});

test('a million pictures need no table', () => {
  const places = [0, 1, 999_999].map((index) => permuted(index, 1_000_000, 7));
  assert.equal(new Set(places).size, 3);
  for (const place of places) assert.ok(place < 1_000_000);
});
