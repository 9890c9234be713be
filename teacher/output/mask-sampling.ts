import type { Rle, Size } from '../../core/index.ts';
import type { Detection } from '../teacher.ts';
import { type MaskValues, meanProbability, SCALES } from './mask-quality.ts';
import { RunLengths } from './run-lengths.ts';

/** The mask of one object, and how sure the model is of its pixels. */
export type ObjectMask = Pick<Detection, 'mask' | 'quality'>;

/** Cells that a pixel takes of, at most. A prototype mask is resized twice: of two cells, and then of two such pixels side by side. */
export const TAPS = 3;

/** Along one axis: the picture's pixels inside the box, and what each takes of the cells of a grid. */
export interface Sampling {
  /** First pixel. */
  readonly first: number;
  readonly firstCell: number;
  /** Cells that the taps reach, from firstCell on; the last ones may lie beyond the grid, with weight 0. */
  readonly cells: number;
  /** Of each pixel: its first cell, counted from firstCell. */
  readonly low: Int32Array;
  /** Of each pixel: the weights of TAPS cells. */
  readonly weights: Float32Array;
}

/**
 * The pixels whose value is above the threshold as run lengths, column by column, as COCO has them. Null where there is none.
 * Pixels that take of the same cells follow one another, and where these cells are of one mind there is nothing to compute.
 * @param cells less the threshold, row-major [rows.cells, columns.cells].
 */
export function encodeObject(cells: Float32Array, columns: Sampling, rows: Sampling, image: Size, values: MaskValues): ObjectMask | null {
  const { margin } = SCALES[values];
  const pixels = new ObjectPixels(margin);
  const { low, weights } = rows;
  const ends = groupEnds(low);
  const column = new Float32Array(rows.cells);
  for (let x = 0; x < columns.low.length; x++) {
    sampleColumn(cells, columns, x, column);
    const top = (columns.first + x) * image.height + rows.first;
    for (let y = 0; y < low.length; y = ends[y]) {
      const cell = low[y];
      const a = column[cell];
      const b = column[cell + 1];
      const c = column[cell + 2];
      if (a > margin && b > margin && c > margin) pixels.addSure(top + y, top + ends[y]);
      else if (a > -margin || b > -margin || c > -margin)
        for (let pixel = y, tap = TAPS * y; pixel < ends[y]; pixel++, tap += TAPS)
          pixels.add(top + pixel, weights[tap] * a + weights[tap + 1] * b + weights[tap + 2] * c);
    }
  }
  const mask = pixels.toRle(image);
  if (mask === null) return null;
  const probability = meanProbability(cells, columns, rows, SCALES[values]);
  return { mask, quality: { probability, stability: pixels.stability, flipAgreement: null } };
}

/** The pixels of an object in column-major order, and how many would be of it by a lower and by a higher threshold. */
class ObjectPixels {
  readonly #margin: number;
  readonly #runs = new RunLengths();
  #sure = 0;
  #possible = 0;

  constructor(margin: number) {
    this.#margin = margin;
  }

  /** Pixels from `start` to `end`, all above the higher threshold. */
  addSure(start: number, end: number): void {
    this.#runs.add(start, end);
    this.#sure += end - start;
    this.#possible += end - start;
  }

  /** One pixel by its value less the threshold. */
  add(at: number, value: number): void {
    if (value > 0) this.#runs.add(at, at + 1);
    if (value > this.#margin) this.#sure++;
    if (value > -this.#margin) this.#possible++;
  }

  /** IoU of the masks of both thresholds, of which one lies in the other: Segment Anything's `calculate_stability_score`. */
  get stability(): number {
    return this.#sure / this.#possible;
  }

  toRle(size: Size): Rle | null {
    return this.#runs.toRle(size);
  }
}

/** Of each pixel: where the pixels end that begin with the same cell. */
function groupEnds(low: Int32Array): Int32Array {
  const ends = new Int32Array(low.length);
  for (let at = low.length - 1; at >= 0; at--) ends[at] = low[at] === low[at + 1] ? ends[at + 1] : at + 1;
  return ends;
}

/** Values of one column of pixels at the heights of the cells. */
function sampleColumn(grid: Float32Array, { cells, low, weights }: Sampling, x: number, into: Float32Array): void {
  const tap = TAPS * x;
  for (let row = 0, at = low[x]; row < into.length; row++, at += cells) {
    into[row] = weights[tap] * grid[at] + weights[tap + 1] * grid[at + 1] + weights[tap + 2] * grid[at + 2];
  }
}
