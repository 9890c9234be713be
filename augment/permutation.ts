import { philox4x32 } from '../core/index.ts';

const rounds = 6;
/** Fewer bits would leave a Feistel network too few permutations to choose from. */
const minHalfBits = 3;

/**
 * Where a seeded permutation of 0..count-1 sends `index`, without building it: a Feistel network over the next power of four,
 * walked until it lands inside (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 * Each index has a place of its own, so `index = 0, 1, 2, ...` visits everything once in random order.
 */
export function permuted(index: number, count: number, seed: number): number {
  const halfBits = Math.max(minHalfBits, Math.ceil(Math.log2(count) / 2));
  let place = index;
  do place = feistel(place, halfBits, seed);
  while (place >= count);
  return place;
}

function feistel(value: number, halfBits: number, seed: number): number {
  const base = 2 ** halfBits;
  let left = Math.floor(value / base);
  let right = value % base;
  for (let round = 0; round < rounds; round++) {
    const noise = philox4x32(Uint32Array.of(right, round, 0, 0), Uint32Array.of(seed, halfBits))[0] % base;
    [left, right] = [right, (left ^ noise) >>> 0];
  }
  return left * base + right;
}
