/** A bounded number of works at once; the others wait, and those that nobody waits for any more are not begun. */
export class Lanes {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(lanes: number) {
    this.#free = lanes;
  }

  /** @throws the signal's reason where it is aborted before the work begins */
  async run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await this.#turn();
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #turn(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
  }

  #leave(): void {
    // Who came last is looked at now: a page that scrolls on has left the others behind.
    const next = this.#waiting.pop();
    if (next) next();
    else this.#free++;
  }
}
