import type { RgbImage, Size, WasmKernel } from '../../core/index.ts';
import { type Interpolation, interpolation } from './interpolation.ts';

/** What `../kernels/pixels.ts` has for rows of pictures; it says what the numbers mean. */
export interface RowFunctions {
  stretchRow(source: number, columns: number, target: number, pixels: number): void;
  blendRows(low: number, high: number, lowWeight: number, highWeight: number, target: number, levels: number): void;
}

/** Where the interleaved levels of a row of a picture are. They hold until the next row; rows are asked for from top to bottom. */
export type PictureRows = (row: number) => number;

/** How far the kernel reads and writes over the end of a row at most. */
const overrunBytes = 64;

/**
 * The rows of a picture at another size: cv2.INTER_LINEAR, level for level.
 * @param at from where on the kernel's memory is free
 */
export function pictureRows(kernel: WasmKernel<RowFunctions>, image: RgbImage, size: Size, at: number): PictureRows {
  const asItIs = size.width === image.size.width && size.height === image.size.height;
  return asItIs ? copiedRows(kernel, image, at) : scaledRows(kernel, image, size, at);
}

function copiedRows(kernel: WasmKernel<RowFunctions>, { data, size }: RgbImage, at: number): PictureRows {
  const bytes = size.width * 3;
  kernel.reserve(at + bytes + overrunBytes);
  return (row) => {
    kernel.bytes.set(data.subarray(row * bytes, (row + 1) * bytes), at);
    return at;
  };
}

function scaledRows(kernel: WasmKernel<RowFunctions>, image: RgbImage, { width, height }: Size, at: number): PictureRows {
  const columns = columnTable(interpolation(image.size.width, width));
  const rows = interpolation(image.size.height, height);
  const stretchedAt = at + columns.byteLength;
  const low = stretchedAt + image.size.width * 3 + overrunBytes;
  const high = low + width * 12 + overrunBytes;
  const result = high + width * 12 + overrunBytes;
  kernel.reserve(result + width * 3 + overrunBytes);
  kernel.bytes.set(columns, at);
  const source = copiedRows(kernel, image, stretchedAt);
  const stretched = new StretchedRows([low, high], (row, target) => kernel.run.stretchRow(source(row), at, target, width));
  return (row) => {
    const [upper, lower] = stretched.pair(rows.low[row], rows.high[row]);
    kernel.run.blendRows(upper, lower, rows.lowWeight[row], rows.highWeight[row], result, width * 3);
    return result;
  };
}

/** Of each pixel 12 bytes, as the kernel wants them. */
function columnTable({ low, high, lowWeight, highWeight }: Interpolation): Uint8Array {
  const table = new Int32Array(3 * low.length);
  for (let x = 0; x < low.length; x++) {
    table[3 * x] = low[x] * 3;
    table[3 * x + 1] = high[x] * 3;
    table[3 * x + 2] = lowWeight[x] | (highWeight[x] << 16);
  }
  return new Uint8Array(table.buffer);
}

/** Two places for stretched rows: the next row of the result mostly needs the same two again, or one of them. */
class StretchedRows {
  readonly #stretch: (row: number, target: number) => void;
  #low: { readonly at: number; row: number };
  #high: { readonly at: number; row: number };

  constructor([low, high]: readonly [number, number], stretch: (row: number, target: number) => void) {
    this.#stretch = stretch;
    this.#low = { at: low, row: -1 };
    this.#high = { at: high, row: -1 };
  }

  pair(low: number, high: number): readonly [number, number] {
    if (this.#low.row !== low && this.#high.row === low) [this.#low, this.#high] = [this.#high, this.#low];
    this.#need(this.#low, low);
    this.#need(this.#high, high);
    return [this.#low.at, this.#high.at];
  }

  #need(place: { readonly at: number; row: number }, row: number): void {
    if (place.row === row) return;
    place.row = row;
    this.#stretch(row, place.at);
  }
}
