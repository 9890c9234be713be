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

/** Who may be the same object. */
export type Kinship = 'same-category' | 'any-category';

/**
 * Pairs objects of one image: each left one, in the order given, takes the free right one that it overlaps most (of equal ones the
 * first), where their mask IoU is at least `iou`. Each kinship has its turn: a later one pairs what the earlier ones left over.
 */
export function matchGreedily(
  lefts: readonly Placed[],
  rights: readonly Placed[],
  iou: number,
  kinships: readonly Kinship[] = ['same-category'],
): Match[] {
  const overlaps = rle.iouMatrix(
    lefts.map(({ mask }) => mask),
    rights.map(({ mask }) => mask),
    rights.map(() => false),
  );
  const matches: Match[] = [];
  const waiting = new Set(lefts.keys());
  const free = rights.map(() => true);
  for (const kinship of kinships)
    for (const left of waiting) {
      const fits = (right: number) => free[right] && (kinship === 'any-category' || rights[right].category === lefts[left].category);
      const match = bestFree(left, overlaps, fits, rights.length);
      if (!match || match.iou < iou) continue;
      free[match.right] = false;
      waiting.delete(left);
      matches.push(match);
    }
  return matches;
}

/** Whether a crowd region of its category holds at least the share `iou` of each object. @returns (N) in the order given */
export function inCrowds(objects: readonly Placed[], crowds: readonly Placed[], iou: number): boolean[] {
  const shares = rle.iouMatrix(
    objects.map(({ mask }) => mask),
    crowds.map(({ mask }) => mask),
    crowds.map(() => true),
  );
  return objects.map(({ category }, row) =>
    crowds.some((crowd, column) => crowd.category === category && shares[row * crowds.length + column] >= iou),
  );
}

/** @param overlaps (L, R) row-major */
function bestFree(left: number, overlaps: Float64Array, fits: (right: number) => boolean, count: number): Match | undefined {
  let best: Match | undefined;
  for (let right = 0; right < count; right++) {
    const iou = overlaps[left * count + right];
    if (iou > (best?.iou ?? 0) && fits(right)) best = { left, right, iou };
  }
  return best;
}
