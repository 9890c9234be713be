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

/** Turns the boundaries of a mask, the column-major pixel numbers where its value changes, given in ascending order, into run lengths. */
export class RunWriter {
  readonly #runs: Uint32Array;
  #length = 0;
  #start = 0;

  /** @param memory room for as many runs as there will be boundaries and one; never part of the result. */
  constructor(memory: Uint32Array) {
    this.#runs = memory;
  }

  /** The value changes at this pixel; two changes at one place cancel. */
  change(at: number): void {
    if (at === this.#start && this.#length > 0) this.#start -= this.#runs[--this.#length];
    else {
      this.#runs[this.#length++] = at - this.#start;
      this.#start = at;
    }
  }

  /** The run lengths of a mask of this many pixels. */
  end(total: number): Uint32Array {
    this.#runs[this.#length++] = total - this.#start;
    return this.#runs.slice(0, this.#length);
  }
}

/** Run lengths of a mask of `total` pixels from its boundaries in ascending order, of which the last is `total`. Overwrites them. */
export function runsBetween(boundaries: Uint32Array, total: number): Uint32Array {
  // A boundary has been read by the time that a run takes its place.
  const runs = new RunWriter(boundaries);
  for (let at = 0; boundaries[at] < total; at++) runs.change(boundaries[at]);
  return runs.end(total);
}

/** Moves what is left of sorted numbers, when equal ones cancel in pairs, to the front; returns how many that are. */
export function cancelPairs(sorted: Uint32Array): number {
  let kept = 0;
  for (let at = 0; at < sorted.length; at++) {
    const number = sorted[at];
    if (kept > 0 && sorted[kept - 1] === number) kept--;
    else sorted[kept++] = number;
  }
  return kept;
}

const lastingScratch = new Uint32Array(1 << 16);

/**
 * Working memory, whatever it held before, for one function at a time and never for a result.
 * It mostly outlives the call: making a typed array costs more than filling a short one.
 */
export function scratch(length: number): Uint32Array {
  return length <= lastingScratch.length ? lastingScratch : new Uint32Array(length);
}

/** A Uint32Array that grows by doubling. It starts as {@link scratch}, so only one may be in use at a time. */
export class GrowingUint32 {
  #items = scratch(0);
  #length = 0;

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
