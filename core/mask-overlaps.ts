import { badValue } from './errors.ts';
import type { Rle } from './mask.ts';
import { iouMatrix } from './rle.ts';

/** Below this IoU two masks are taken for strangers: no setting asks for less. */
export const OVERLAP_FLOOR = 0.1;

/** Pairs of masks that overlap, as columns: pair k is masks `first[k] < second[k]`, ordered by first and then second. */
export interface MaskOverlaps {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** Mask IoU, {@link OVERLAP_FLOOR}..1, in single precision wherever it is used. */
  readonly iou: Float32Array;
}

export const noOverlaps: MaskOverlaps = { first: new Uint32Array(0), second: new Uint32Array(0), iou: new Float32Array(0) };

/** Which of an image's masks overlap by at least {@link OVERLAP_FLOOR}. */
export function maskOverlaps(masks: readonly Rle[]): MaskOverlaps {
  const matrix = iouMatrix(
    masks,
    masks,
    masks.map(() => false),
  );
  const pairs: number[] = [];
  for (let first = 0; first < masks.length; first++)
    for (let second = first + 1; second < masks.length; second++)
      if (matrix[first * masks.length + second] >= OVERLAP_FLOOR) pairs.push(first * masks.length + second);
  return {
    first: Uint32Array.from(pairs, (pair) => Math.floor(pair / masks.length)),
    second: Uint32Array.from(pairs, (pair) => pair % masks.length),
    iou: Float32Array.from(pairs, (pair) => matrix[pair]),
  };
}

/** @throws SelfpasteError BAD_VALUE where a pair does not name two of `count` masks */
export function requireOverlapsOf(count: number, { first, second, iou }: MaskOverlaps): void {
  const fits = first.length === second.length && first.length === iou.length && second.every((to, at) => first[at] < to && to < count);
  if (!fits) throw badValue('overlaps', `pairs of ${count} masks`, `${first.length} pairs`);
}
