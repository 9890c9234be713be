import { areaOf, type Rle, type Size } from '../../core/index.ts';

/** COCO run lengths of pixels that are added in column-major order. */
export class RunLengths {
  readonly #counts: number[] = [];
  /** The half-open run of ones that still grows; empty before the first pixel. */
  #start = -1;
  #end = -1;
  /** How many pixels `#counts` covers. */
  #written = 0;

  /** Pixels from `start` to `end`, at least one, behind all that were added before. */
  add(start: number, end: number): void {
    if (start !== this.#end) {
      this.#flush();
      this.#start = start;
    }
    this.#end = end;
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
