/** Chance for each pixel: integer hashes of a place and a seed, which cost a few operations where a stream of numbers would cost many. */

/** A well mixed uint32 (the finalizer of MurmurHash3). */
export function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Standard deviation of the sum of four bytes. */
const FOUR_BYTES_SIGMA = Math.sqrt((4 * (256 * 256 - 1)) / 12);

/** Nearly normal noise of standard deviation 1 for the `index`-th sample: the sum of a hash's four bytes. */
export function grain(index: number, seed: number): number {
  const hash = mix32(index ^ seed);
  const sum = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24);
  return (sum - 510) / FOUR_BYTES_SIGMA;
}

/** Smooth noise 0..1 on a lattice of unit cells. */
export function valueNoise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const across = smooth(x - column);
  const down = smooth(y - row);
  const top = mixOf(lattice(column, row, seed), lattice(column + 1, row, seed), across);
  const bottom = mixOf(lattice(column, row + 1, seed), lattice(column + 1, row + 1, seed), across);
  return mixOf(top, bottom, down);
}

/** Three octaves of {@link valueNoise}, 0..1. */
export function cloud(x: number, y: number, seed: number): number {
  return (4 * valueNoise(x, y, seed) + 2 * valueNoise(2 * x, 2 * y, seed + 1) + valueNoise(4 * x, 4 * y, seed + 2)) / 7;
}

/** a where share is 0, b where it is 1. */
export const mixOf = (a: number, b: number, share: number): number => a + (b - a) * share;

/** 0 up to `from`, 1 from `to` on, smooth between. */
export function smoothStep(from: number, to: number, value: number): number {
  return smooth(Math.max(0, Math.min(1, (value - from) / (to - from))));
}

const smooth = (share: number): number => share * share * (3 - 2 * share);
const lattice = (column: number, row: number, seed: number): number =>
  mix32(Math.imul(column, 0x27d4eb2d) ^ Math.imul(row, 0x165667b1) ^ seed) / 2 ** 32;
