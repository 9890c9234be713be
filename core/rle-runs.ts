import type { Rle } from './mask.ts';

/** Visits the runs of ones in order, as half-open ranges of column-major pixel numbers. */
export function forEachRun({ counts }: Rle, visit: (start: number, end: number) => void): void {
  let end = 0;
  for (let run = 0; run < counts.length; run++) {
    const start = end;
    end += counts[run];
    if (run % 2 === 1 && end > start) visit(start, end);
  }
}

/** A Uint32Array that grows by doubling. */
export class GrowingUint32 {
  #items: Uint32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#items = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const larger = new Uint32Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length++] = value;
  }

  /** What was pushed; a view that the next push may leave behind. */
  values(): Uint32Array {
    return this.#items.subarray(0, this.#length);
  }

  /** Keeps only the first items. */
  truncate(length: number): void {
    this.#length = length;
  }
}
