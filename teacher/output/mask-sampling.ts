import type { Rle, Size } from '../../core/index.ts';
import { RunLengths } from './run-lengths.ts';

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
 * Run lengths of the pixels whose value is above 0, column by column, as COCO has them. Null where there is none.
 * Pixels that take of the same cells follow one another, and where these cells are of one mind there is nothing to compute.
 * @param cells row-major [rows.cells, columns.cells].
 */
export function encodePositive(cells: Float32Array, columns: Sampling, rows: Sampling, image: Size): Rle | null {
  const runs = new RunLengths();
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
      if (a > 0 && b > 0 && c > 0) runs.add(top + y, top + ends[y]);
      else if (a > 0 || b > 0 || c > 0)
        for (let pixel = y, tap = TAPS * y; pixel < ends[y]; pixel++, tap += TAPS)
          if (weights[tap] * a + weights[tap + 1] * b + weights[tap + 2] * c > 0) runs.add(top + pixel, top + pixel + 1);
    }
  }
  return runs.toRle(image);
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
