/** Work that is under way or done, and how many wait for it. */
interface Work<Result> {
  readonly result: Promise<Result>;
  readonly begun: AbortController;
  waiters: number;
}

/** Does a work; @throws the signal's reason where it is aborted. */
export type Worker<Result> = (signal: AbortSignal) => Promise<Result>;

/**
 * Work of seconds that several people ask for: it is done once a key, goes on as long as one of them waits, whatever others ask for
 * meanwhile, and its result stays until as many others were asked for since as are kept.
 */
export class SharedWork<Result> {
  readonly #most: number;
  /** The one that was asked for last is the last one. */
  readonly #works = new Map<string, Work<Result>>();

  /** @param most results that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param waiter is aborted where who asks does not wait any more
   * @throws what the work throws, and the waiter's reason where nobody waits any more
   */
  async of(key: string, waiter: AbortSignal, worker: Worker<Result>): Promise<Result> {
    waiter.throwIfAborted();
    const work = this.#works.get(key) ?? this.#begin(key, worker);
    this.#keep(key, work);
    const leave = () => this.#leave(key, work, waiter.reason);
    work.waiters++;
    waiter.addEventListener('abort', leave, { once: true });
    try {
      return await work.result;
    } finally {
      waiter.removeEventListener('abort', leave);
    }
  }

  #begin(key: string, worker: Worker<Result>): Work<Result> {
    const begun = new AbortController();
    const work = { result: worker(begun.signal), begun, waiters: 0 };
    work.result.catch(() => this.#forget(key, work));
    return work;
  }

  #keep(key: string, work: Work<Result>): void {
    this.#works.delete(key);
    this.#works.set(key, work);
    const [oldest] = this.#works.keys();
    if (oldest !== undefined && this.#works.size > this.#most) this.#works.delete(oldest);
  }

  /** Forgets it at once, so that who asks from now on is not given what ends. */
  #leave(key: string, work: Work<Result>, reason: unknown): void {
    work.waiters--;
    if (work.waiters > 0) return;
    this.#forget(key, work);
    work.begun.abort(reason);
  }

  #forget(key: string, work: Work<Result>): void {
    if (this.#works.get(key) === work) this.#works.delete(key);
  }
}
