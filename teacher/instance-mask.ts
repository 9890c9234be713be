import { areaOf, type Box, type Rle, type Size } from '../core/index.ts';
import type { Letterbox } from './letterbox.ts';

/** M mask prototypes [M, h, w] that cover the whole network input. */
export interface Prototypes {
  readonly size: Size;
  readonly data: Float32Array;
}

/**
 * The mask of one object in its picture: logits = coefficients x prototypes, resized bilinearly to the network input, without its padding
 * resized bilinearly to the picture, object where that is above 0 (probability above 0.5), cut to the box. Null where nothing is left.
 * Both resizes are one here, and only what the box needs is computed: its prototype cells, then its columns of pixels, as run lengths.
 * @param coefficients M values. @param box in pixels of the picture, inside it; cuts by the centres of pixels.
 */
export function prototypeMask(coefficients: Float32Array, prototypes: Prototypes, box: Box, letterbox: Letterbox): Rle | null {
  const { image, input, content } = letterbox;
  const { width, height } = prototypes.size;
  const columns = sampling({ pixels: image.width, from: content.x1, to: content.x2, input: input.width, cells: width }, box.x1, box.x2);
  const rows = sampling({ pixels: image.height, from: content.y1, to: content.y2, input: input.height, cells: height }, box.y1, box.y2);
  if (columns.low.length === 0 || rows.low.length === 0) return null;
  const logits = cellLogits(coefficients, prototypes, columns, rows);
  return encodePositive(logits, columns, rows, image);
}

/** One axis of the picture, of the network input that holds it between `from` and `to`, and of the prototypes; `cells <= input`. */
interface Axis {
  readonly pixels: number;
  readonly from: number;
  readonly to: number;
  readonly input: number;
  readonly cells: number;
}

/** Two neighbouring points of a grid and the share of the second, 0..1. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function between(position: number, first: number, last: number): Between {
  const inside = Math.max(first, Math.min(last, position));
  const low = Math.floor(inside);
  return { low, high: Math.min(last, low + 1), share: inside - low };
}

/** Input pixels around a pixel's centre. The padding is no part of the picture: it is never among them. */
function inputAround({ pixels, from, to }: Axis, pixel: number): Between {
  return between(from + ((pixel + 0.5) * (to - from)) / pixels - 0.5, from, to - 1);
}

/** Prototype cells around an input pixel's centre. */
function cellsAround({ input, cells }: Axis, pixel: number): Between {
  return between(((pixel + 0.5) * cells) / input - 0.5, 0, cells - 1);
}

/** Two input pixels side by side, each between two cells that are no closer than they: three cells at most. */
const TAPS = 3;

/** Along one axis: the picture's pixels inside the box, and what each takes of the prototype cells. */
interface Sampling {
  /** First pixel. */
  readonly first: number;
  readonly firstCell: number;
  /** Cells that the taps reach, from firstCell on; the last ones may lie beyond the prototypes, with weight 0. */
  readonly cells: number;
  /** Of each pixel: its first cell, counted from firstCell. */
  readonly low: Int32Array;
  /** Of each pixel: the weights of TAPS cells. */
  readonly weights: Float32Array;
}

/** Samples the pixels whose centres lie in [from, to). */
function sampling(axis: Axis, from: number, to: number): Sampling {
  const first = Math.ceil(from - 0.5);
  const count = Math.max(0, Math.ceil(to - 0.5) - first);
  const firstCell = cellsAround(axis, inputAround(axis, first).low).low;
  const low = new Int32Array(count);
  const weights = new Float32Array(TAPS * count);
  for (let at = 0; at < count; at++) {
    const pixels = inputAround(axis, first + at);
    const before = cellsAround(axis, pixels.low);
    const after = cellsAround(axis, pixels.high);
    const add = (cell: number, weight: number) => {
      weights[TAPS * at + cell - before.low] += weight;
    };
    add(before.low, (1 - pixels.share) * (1 - before.share));
    add(before.high, (1 - pixels.share) * before.share);
    add(after.low, pixels.share * (1 - after.share));
    add(after.high, pixels.share * after.share);
    low[at] = before.low - firstCell;
  }
  return { first, firstCell, cells: count === 0 ? 0 : low[count - 1] + TAPS, low, weights };
}

/** Logits of the sampled cells, row-major [rows.cells, columns.cells]; 0 beyond the prototypes. */
function cellLogits(coefficients: Float32Array, { size, data }: Prototypes, columns: Sampling, rows: Sampling): Float32Array {
  const logits = new Float32Array(columns.cells * rows.cells);
  const width = Math.min(columns.cells, size.width - columns.firstCell);
  const height = Math.min(rows.cells, size.height - rows.firstCell);
  for (let m = 0; m < coefficients.length; m++) {
    const weight = coefficients[m];
    for (let row = 0; row < height; row++) {
      let from = (m * size.height + rows.firstCell + row) * size.width + columns.firstCell;
      const end = row * columns.cells + width;
      for (let at = row * columns.cells; at < end; at++) logits[at] += weight * data[from++];
    }
  }
  return logits;
}

/** Run lengths of the pixels whose logit is above 0, column by column, as COCO has them. Null where there is none. */
function encodePositive(logits: Float32Array, columns: Sampling, rows: Sampling, image: Size): Rle | null {
  const runs = new RunLengths();
  const { low, weights } = rows;
  const column = new Float32Array(rows.cells);
  for (let x = 0; x < columns.low.length; x++) {
    sampleColumn(logits, columns, x, column);
    let position = (columns.first + x) * image.height + rows.first;
    for (let y = 0, tap = 0; y < low.length; y++, tap += TAPS, position++) {
      const cell = low[y];
      if (weights[tap] * column[cell] + weights[tap + 1] * column[cell + 1] + weights[tap + 2] * column[cell + 2] > 0) runs.add(position);
    }
  }
  return runs.toRle(image);
}

/** Logits of one column of pixels at the heights of the prototype cells. */
function sampleColumn(logits: Float32Array, { cells, low, weights }: Sampling, x: number, into: Float32Array): void {
  const tap = TAPS * x;
  for (let row = 0, at = low[x]; row < into.length; row++, at += cells) {
    into[row] = weights[tap] * logits[at] + weights[tap + 1] * logits[at + 1] + weights[tap + 2] * logits[at + 2];
  }
}

/** COCO run lengths of pixels that are added in column-major order. */
class RunLengths {
  readonly #counts: number[] = [];
  /** The half-open run of ones that still grows; empty before the first pixel. */
  #start = -1;
  #end = -1;
  /** How many pixels `#counts` covers. */
  #written = 0;

  add(position: number): void {
    if (position !== this.#end) {
      this.#flush();
      this.#start = position;
    }
    this.#end = position + 1;
  }

  toRle(size: Size): Rle | null {
    this.#flush();
    if (this.#written === 0) return null;
    const rest = areaOf(size) - this.#written;
    return { size, counts: Uint32Array.from(rest > 0 ? [...this.#counts, rest] : this.#counts) };
  }

  #flush(): void {
    if (this.#end === this.#start) return;
    this.#counts.push(this.#start - this.#written, this.#end - this.#start);
    this.#written = this.#end;
  }
}
