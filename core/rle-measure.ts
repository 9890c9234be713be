import type { Box } from './box.ts';
import { boxArea, intersectBoxes } from './box.ts';
import { badValue } from './errors.ts';
import type { Rle } from './mask.ts';
import { requireSameSize } from './rle-merge.ts';

/** Number of ones, in px2. */
export function area({ counts }: Rle): number {
  let sum = 0;
  for (let run = 1; run < counts.length; run += 2) sum += counts[run];
  return sum;
}

/** The tight half-open box of the ones; all zeros where there is none. */
export function toBox({ size: { height }, counts }: Rle): Box {
  let top = height;
  let bottom = 0;
  let first = -1;
  let end = 0;
  for (let run = 1, start = 0; run < counts.length; run += 2) {
    start += counts[run - 1];
    if (counts[run] === 0) continue;
    if (first < 0) first = start;
    const y = start % height;
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + counts[run]);
    start += counts[run];
    end = start;
  }
  if (first < 0) return { x1: 0, y1: 0, x2: 0, y2: 0 };
  // Only a run that goes on in the next column ends below the image; that column's top row and this one's bottom row are in the mask.
  const [y1, y2] = bottom > height ? [0, height] : [top, bottom];
  return { x1: Math.floor(first / height), y1, x2: Math.floor((end - 1) / height) + 1, y2 };
}

/** Intersection over union of two masks, 0..1; 0 where both are empty. @throws DATA_SIZE_MISMATCH where sizes differ. */
export function iou(a: Rle, b: Rle): number {
  return iouMatrix([a], [b], [false])[0];
}

/**
 * IoU of D detections with G ground truths: (D, G) row-major, 0..1. Against a crowd it is intersection over the detection's area.
 * @param crowd one flag a ground truth.
 * @throws DATA_SIZE_MISMATCH where sizes differ.
 */
export function iouMatrix(detections: readonly Rle[], truths: readonly Rle[], crowd: readonly boolean[]): Float64Array {
  if (crowd.length !== truths.length) throw badValue('crowd', `${truths.length} flags`, crowd.length);
  const matrix = new Float64Array(detections.length * truths.length);
  if (matrix.length === 0) return matrix;
  for (const mask of [...detections, ...truths]) requireSameSize(detections[0], mask);
  const columns = outlinesOf(truths);
  let at = 0;
  for (const row of outlinesOf(detections)) {
    for (let g = 0; g < columns.length; g++) matrix[at++] = iouOfOutlines(row, columns[g], crowd[g]);
  }
  return matrix;
}

/** What IoU needs to know of a mask: where its runs of ones start and end, in turn, its area and its box. */
interface Outline {
  readonly boundaries: Uint32Array;
  readonly area: number;
  readonly box: Box;
}

function outlinesOf(masks: readonly Rle[]): Outline[] {
  // One array for all, as making many short ones would cost more than to fill them.
  const memory = new Uint32Array(masks.reduce((sum, { counts }) => sum + counts.length, 0));
  let next = 0;
  return masks.map((mask) => {
    const boundaries = memory.subarray(next, next + mask.counts.length);
    next += mask.counts.length;
    addUp(mask.counts, boundaries);
    return { boundaries, area: area(mask), box: toBox(mask) };
  });
}

function addUp(counts: Uint32Array, sums: Uint32Array): void {
  for (let run = 0, sum = 0; run < counts.length; run++) {
    sum += counts[run];
    sums[run] = sum;
  }
}

function iouOfOutlines(a: Outline, b: Outline, crowd: boolean): number {
  if (boxArea(intersectBoxes(a.box, b.box)) === 0) return 0;
  const intersection = intersectionArea(a.boundaries, b.boundaries);
  if (intersection === 0) return 0;
  return intersection / (crowd ? a.area : a.area + b.area - intersection);
}

/** Pixels in both of two sorted lists of half-open ranges; a last start without an end is that of no range. */
function intersectionArea(a: Uint32Array, b: Uint32Array): number {
  let sum = 0;
  for (let i = 0, j = 0; i + 1 < a.length && j + 1 < b.length; ) {
    const overlap = Math.min(a[i + 1], b[j + 1]) - Math.max(a[i], b[j]);
    if (overlap > 0) sum += overlap;
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return sum;
}
