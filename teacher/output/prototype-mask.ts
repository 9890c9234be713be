import type { Box, Size } from '../../core/index.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { encodeObject, type ObjectMask, type Sampling, TAPS } from './mask-sampling.ts';

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
export function prototypeMask(coefficients: Float32Array, prototypes: Prototypes, box: Box, placement: InputPlacement): ObjectMask | null {
  const { image, input, content } = placement;
  const { width, height } = prototypes.size;
  const columns = sampling({ pixels: image.width, from: content.x1, to: content.x2, input: input.width, cells: width }, box.x1, box.x2);
  const rows = sampling({ pixels: image.height, from: content.y1, to: content.y2, input: input.height, cells: height }, box.y1, box.y2);
  if (columns.low.length === 0 || rows.low.length === 0) return null;
  const logits = cellLogits(coefficients, prototypes, columns, rows);
  return encodeObject(logits, columns, rows, image, 'logits');
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

/** Prototypes that are added at once: each pass over the logits costs more than what is added in it. */
const LANES = 4;

/** Logits of the sampled cells, row-major [rows.cells, columns.cells]; 0 beyond the prototypes. */
function cellLogits(coefficients: Float32Array, { size, data }: Prototypes, columns: Sampling, rows: Sampling): Float32Array {
  const logits = new Float32Array(columns.cells * rows.cells);
  const width = Math.min(columns.cells, size.width - columns.firstCell);
  const height = Math.min(rows.cells, size.height - rows.firstCell);
  const plane = size.width * size.height;
  for (let m = 0; m < coefficients.length; m += LANES) {
    // Of the last prototypes, some may count twice, with weight 0.
    const [a, b, c, d] = Array.from({ length: LANES }, (_, lane) => coefficients[m + lane] ?? 0);
    const [second, third, fourth] = [1, 2, 3].map((lane) => (m + lane < coefficients.length ? lane * plane : 0));
    for (let row = 0; row < height; row++) {
      let from = m * plane + (rows.firstCell + row) * size.width + columns.firstCell;
      const end = row * columns.cells + width;
      for (let at = row * columns.cells; at < end; at++, from++)
        logits[at] += a * data[from] + b * data[from + second] + c * data[from + third] + d * data[from + fourth];
    }
  }
  return logits;
}
