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
export function toBox({ size, counts }: Rle): Box {
  const { height } = size;
  let y1 = height;
  let y2 = 0;
  let first = -1;
  let last = 0;
  for (let run = 1, start = counts[0]; run < counts.length; start += counts[run] + counts[run + 1], run += 2) {
    if (counts[run] === 0) continue;
    if (first < 0) first = start;
    last = start + counts[run] - 1;
    const top = start % height;
    const bottom = top + counts[run];
    y1 = bottom > height ? 0 : Math.min(y1, top);
    y2 = bottom > height ? height : Math.max(y2, bottom);
  }
  if (first < 0) return { x1: 0, y1: 0, x2: 0, y2: 0 };
  return { x1: Math.floor(first / height), y1, x2: Math.floor(last / height) + 1, y2 };
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
  const rows = detections.map(outline);
  const columns = truths.map(outline);
  const matrix = new Float64Array(rows.length * columns.length);
  for (let d = 0; d < rows.length; d++) {
    for (let g = 0; g < columns.length; g++) {
      requireSameSize(detections[d], truths[g]);
      matrix[d * columns.length + g] = iouOfOutlines(rows[d], columns[g], crowd[g]);
    }
  }
  return matrix;
}

/** What IoU needs to know of a mask: `boundaries` are the column-major pixel numbers where runs of ones start and end, in turn. */
interface Outline {
  readonly boundaries: Uint32Array;
  readonly area: number;
  readonly box: Box;
}

function outline(rle: Rle): Outline {
  const boundaries = new Uint32Array(rle.counts.length & ~1);
  let position = 0;
  for (let run = 0; run < boundaries.length; run++) {
    position += rle.counts[run];
    boundaries[run] = position;
  }
  return { boundaries, area: area(rle), box: toBox(rle) };
}

function iouOfOutlines(a: Outline, b: Outline, crowd: boolean): number {
  if (boxArea(intersectBoxes(a.box, b.box)) === 0) return 0;
  const intersection = intersectionArea(a.boundaries, b.boundaries);
  if (intersection === 0) return 0;
  return intersection / (crowd ? a.area : a.area + b.area - intersection);
}

/** Pixels in both of two sorted lists of half-open ranges. */
function intersectionArea(a: Uint32Array, b: Uint32Array): number {
  let sum = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const overlap = Math.min(a[i + 1], b[j + 1]) - Math.max(a[i], b[j]);
    if (overlap > 0) sum += overlap;
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return sum;
}
