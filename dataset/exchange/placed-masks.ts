import { areaOf, type BitMask, type Box, boxHeight, boxWidth, type Rle, rle, type Size } from '../../core/index.ts';

/** Run lengths, zeros first, from runs of ones that are given in order; runs that touch become one. */
class RunLengths {
  readonly #counts: number[] = [];
  #end = 0;

  add(start: number, length: number): void {
    if (start === this.#end && this.#counts.length > 0) this.#counts[this.#counts.length - 1] += length;
    else this.#counts.push(start - this.#end, length);
    this.#end = start + length;
  }

  /** The lengths; they fill `total`. */
  fill(total: number): number[] {
    return this.#end < total ? [...this.#counts, total - this.#end] : this.#counts;
  }
}

/** Row-major run lengths, zeros first, of the part of a mask inside a frame: whole pixels, which hold all of the mask. */
export function rowCounts(mask: Rle, frame: Box): number[] {
  const tight = rle.toBox(mask);
  const { size, data } = rle.decodeInside(mask, tight);
  const width = boxWidth(frame);
  const runs = new RunLengths();
  for (let y = 0; y < size.height; y++) {
    const row = (tight.y1 + y - frame.y1) * width + tight.x1 - frame.x1;
    for (let x = 0; x < size.width; x++) if (data[y * size.width + x] === 1) runs.add(row + x, 1);
  }
  return runs.fill(width * boxHeight(frame));
}

/** The mask of row-major run lengths that begin with zeros; what is missing at the end is zeros. Null where they are longer than the mask. */
export function fromRowCounts(size: Size, counts: readonly number[]): BitMask | null {
  const data = new Uint8Array(areaOf(size));
  let at = 0;
  for (const [run, length] of counts.entries()) {
    if (length > data.length - at) return null;
    if (run % 2 === 1) data.fill(1, at, at + length);
    at += length;
  }
  return { size, data };
}

/** A mask in a picture of this size, of a patch whose first pixel lies at (left, top); what lies outside is cut off. */
export function placed({ size: { width, height }, data }: BitMask, left: number, top: number, size: Size): Rle {
  const runs = new RunLengths();
  for (let x = Math.max(0, -left); x < Math.min(width, size.width - left); x++) {
    for (let y = Math.max(0, -top); y < Math.min(height, size.height - top); y++) {
      if (data[y * width + x] === 1) runs.add((left + x) * size.height + top + y, 1);
    }
  }
  return rle.fromCounts(size, runs.fill(areaOf(size)));
}
