import { badValue, SelfpasteError } from './errors.ts';
import type { Rle } from './mask.ts';
import { RunWriter, scratch } from './rle-runs.ts';
import { unite } from './rle-union.ts';
import { areaOf, sameSize, showSize } from './size.ts';

/** Value of the result for (a, b) = (0,0), (0,1), (1,0), (1,1), as bits 0 to 3. */
const truthTable = { intersection: 0b1000, difference: 0b0100 } as const;

/**
 * Union or intersection of one or more masks of the same size.
 * @throws DATA_SIZE_MISMATCH where sizes differ.
 */
export function merge(masks: readonly Rle[], operation: 'union' | 'intersection'): Rle {
  if (masks.length === 0) throw badValue('masks', 'one mask or more', masks);
  for (const mask of masks) requireSameSize(masks[0], mask);
  if (masks.length === 1) return masks[0];
  return operation === 'union' ? unite(masks) : masks.reduce((a, b) => combine(a, b, truthTable.intersection));
}

/** The pixels of any of one or more masks. @throws DATA_SIZE_MISMATCH where sizes differ. */
export const union = (masks: readonly Rle[]): Rle => merge(masks, 'union');

/** The pixels that one or more masks have in common. @throws DATA_SIZE_MISMATCH where sizes differ. */
export const intersection = (masks: readonly Rle[]): Rle => merge(masks, 'intersection');

/** The pixels of `a` that are not in `b`. @throws DATA_SIZE_MISMATCH where sizes differ. */
export function subtract(a: Rle, b: Rle): Rle {
  requireSameSize(a, b);
  return combine(a, b, truthTable.difference);
}

/** @throws DATA_SIZE_MISMATCH where two masks are not of one image. */
export function requireSameSize(a: Rle, b: Rle): void {
  if (sameSize(a.size, b.size)) return;
  throw new SelfpasteError(
    'DATA_SIZE_MISMATCH',
    `Expected masks of one size, got ${showSize(a.size)} and ${showSize(b.size)}`,
    "store every mask at its image's full size",
  );
}

/** Two masks of one size, pixel by pixel. */
function combine(a: Rle, b: Rle, truth: number): Rle {
  const total = areaOf(a.size);
  const runs = new RunWriter(scratch(a.counts.length + b.counts.length + 1));
  // Whether the result changes where a alone does (bit b of the first) or b alone does (bit 2a of the second).
  const seenFromA = truth ^ (truth >> 2);
  const seenFromB = truth ^ (truth >> 1);
  let runA = 0;
  let runB = 0;
  let endA = a.counts[0];
  let endB = b.counts[0];
  while (Math.min(endA, endB) < total) {
    const showsA = (seenFromA >> (runB & 1)) & 1;
    for (; endA <= endB && endA < total; endA += a.counts[++runA]) if (showsA) runs.change(endA);
    const showsB = (seenFromB >> (2 * (runA & 1))) & 1;
    for (; endB < endA; endB += b.counts[++runB]) if (showsB) runs.change(endB);
  }
  return { size: a.size, counts: runs.end(total) };
}
