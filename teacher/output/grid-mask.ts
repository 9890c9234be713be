import type { Box, Size } from '../../core/index.ts';
import { type MaskValues, SCALES } from './mask-quality.ts';
import { encodeObject, type ObjectMask, type Sampling, TAPS } from './mask-sampling.ts';

/** One mask as values on a grid, row-major. */
export interface MaskGrid {
  readonly size: Size;
  readonly data: Float32Array;
  readonly values: MaskValues;
  /** What lies beyond the grid: its outermost cells again, or nothing (0), as detectron2 pastes masks into boxes. */
  readonly beyond: 'edge' | 'nothing';
}

/**
 * The mask of one object in its picture: the grid is sampled bilinearly at the centres of pixels, object where the probability of that is
 * above 0.5, cut to the box. Null where nothing is left. A grid of zeros and ones alone tells nothing of the mask's quality.
 * @param covered the part of the picture that the grid stands for; may reach beyond it.
 * @param box in pixels of the picture, inside it; cuts by the centres of pixels.
 */
export function gridMask(grid: MaskGrid, covered: Box, box: Box, image: Size): ObjectMask | null {
  const { width, height } = grid.size;
  const columns = sampling({ from: covered.x1, to: covered.x2, cells: width }, grid.beyond, box.x1, box.x2);
  const rows = sampling({ from: covered.y1, to: covered.y2, cells: height }, grid.beyond, box.y1, box.y2);
  if (columns.low.length === 0 || rows.low.length === 0) return null;
  const values = aboveThreshold(grid, columns, rows);
  const object = encodeObject(values, columns, rows, image, grid.values);
  return object !== null && grid.values === 'probabilities' && isBinary(values) ? { mask: object.mask } : object;
}

/** One axis of the picture, of which `cells` cells cover [from, to). */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

/** Samples the pixels whose centres lie in [from, to). Beyond the grid there is one more cell on each side, where that counts. */
function sampling(axis: Axis, beyond: MaskGrid['beyond'], from: number, to: number): Sampling {
  const first = Math.ceil(from - 0.5);
  const count = Math.max(0, Math.ceil(to - 0.5) - first);
  const margin = beyond === 'nothing' ? 1 : 0;
  const position = (pixel: number) => {
    const cell = ((pixel + 0.5 - axis.from) * axis.cells) / (axis.to - axis.from) - 0.5;
    return Math.max(-margin, Math.min(axis.cells - 1 + margin, cell));
  };
  const firstCell = Math.floor(position(first));
  const low = new Int32Array(count);
  const weights = new Float32Array(TAPS * count);
  for (let at = 0; at < count; at++) {
    const cell = position(first + at);
    const floor = Math.floor(cell);
    low[at] = floor - firstCell;
    weights[TAPS * at] = 1 - (cell - floor);
    weights[TAPS * at + 1] = cell - floor;
  }
  return { first, firstCell, cells: count === 0 ? 0 : low[count - 1] + TAPS, low, weights };
}

/** The sampled cells less the threshold, row-major [rows.cells, columns.cells]. */
function aboveThreshold({ size, data, values: kind }: MaskGrid, columns: Sampling, rows: Sampling): Float32Array {
  const { threshold } = SCALES[kind];
  const values = new Float32Array(columns.cells * rows.cells).fill(-threshold);
  const [left, right] = [Math.max(0, columns.firstCell), Math.min(size.width, columns.firstCell + columns.cells)];
  const [top, bottom] = [Math.max(0, rows.firstCell), Math.min(size.height, rows.firstCell + rows.cells)];
  for (let row = top; row < bottom; row++) {
    const into = (row - rows.firstCell) * columns.cells - columns.firstCell;
    for (let column = left; column < right; column++) values[into + column] = data[row * size.width + column] - threshold;
  }
  return values;
}

/** Whether probabilities, less the threshold, are all 0 or 1: a mask that was cut off by a threshold before. */
const isBinary = (aboveThreshold: Float32Array): boolean =>
  aboveThreshold.every((value) => Math.abs(value) === SCALES.probabilities.threshold);
