interface Sample {
  readonly atMs: number;
  readonly done: number;
}

/** What was long ago says little of how fast a stage is now. */
const LOOKS_BACK_MS = 5 * 60_000;

/** How fast something goes on, from what was seen of it in the last five minutes. */
export class Pace {
  #samples: Sample[] = [];
  #what = '';

  /** @param what that goes on, as a round and its stage: another one begins anew, and so does one that went back */
  observe(what: string, done: number, atMs: number): void {
    const goneBack = done < (this.#samples.at(-1)?.done ?? 0);
    if (what !== this.#what || goneBack) this.#samples = [];
    this.#what = what;
    this.#samples.push({ atMs, done });
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - LOOKS_BACK_MS) this.#samples.shift();
  }

  /** Null while nothing was seen to go on. */
  leftMs(total: number): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.done <= first.done) return null;
    return ((last.atMs - first.atMs) / (last.done - first.done)) * (total - last.done);
  }
}
