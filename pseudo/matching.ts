import { type CategoryId, type Rle, rle } from '../core/index.ts';

/** Something with a place and a category. */
export interface Placed {
  readonly category: CategoryId;
  readonly mask: Rle;
}

/** Row `left` and column `right` are the same object. */
export interface Match {
  readonly left: number;
  readonly right: number;
  readonly iou: number;
}

/**
 * Pairs objects of one image: each left one, in the order given, takes the free right one of its category that it overlaps most
 * (of equal ones the first), where their mask IoU is at least `iou`.
 */
export function matchGreedily(lefts: readonly Placed[], rights: readonly Placed[], iou: number): Match[] {
  const overlaps = rle.iouMatrix(
    lefts.map(({ mask }) => mask),
    rights.map(({ mask }) => mask),
    rights.map(() => false),
  );
  const free = rights.map(() => true);
  const matches: Match[] = [];
  for (const [left, { category }] of lefts.entries()) {
    const match = bestFree(left, overlaps, (right) => free[right] && rights[right].category === category, rights.length);
    if (!match || match.iou < iou) continue;
    free[match.right] = false;
    matches.push(match);
  }
  return matches;
}

/** @param overlaps (L, R) row-major */
function bestFree(left: number, overlaps: Float64Array, isFree: (right: number) => boolean, count: number): Match | undefined {
  let best: Match | undefined;
  for (let right = 0; right < count; right++) {
    const iou = overlaps[left * count + right];
    if (isFree(right) && iou > (best?.iou ?? 0)) best = { left, right, iou };
  }
  return best;
}
