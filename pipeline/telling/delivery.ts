/** Hands one notice over. Rejects where that fails, and soon after `end` is aborted. */
export type Deliver<Notice> = (notice: Notice, end: AbortSignal) => Promise<void>;

/** What is told of deliveries that went wrong. Neither may throw: nobody is there to hear it. */
export interface DeliveryTrouble<Notice> {
  readonly failed: (notice: Notice, error: Error) => void;
  readonly dropped: (notice: Notice) => void;
}

/** More wait only where the other side takes none at all. */
const MOST_WAITING = 64;

/** Delivers notices to one place, in order, one at a time, while its owner does something else. */
export class DeliveryQueue<Notice> {
  readonly #deliver: Deliver<Notice>;
  readonly #trouble: DeliveryTrouble<Notice>;
  readonly #end = new AbortController();
  #waiting: Notice[] = [];
  #work: Promise<void> | null = null;

  constructor(deliver: Deliver<Notice>, trouble: DeliveryTrouble<Notice>) {
    this.#deliver = deliver;
    this.#trouble = trouble;
  }

  /** Of more than 64 that wait, the oldest is dropped. */
  add(notice: Notice): void {
    this.#waiting.push(notice);
    if (this.#waiting.length > MOST_WAITING) this.#trouble.dropped(this.#waiting.shift() as Notice);
    this.#work ??= this.#run();
  }

  /** When all that was added is delivered or has failed. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Ends what is under way, and drops what waits. */
  abort(): void {
    for (const notice of this.#waiting) this.#trouble.dropped(notice);
    this.#waiting = [];
    this.#end.abort();
  }

  async #run(): Promise<void> {
    try {
      for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift()) await this.#handOver(notice);
    } finally {
      this.#work = null;
    }
  }

  async #handOver(notice: Notice): Promise<void> {
    try {
      await this.#deliver(notice, this.#end.signal);
    } catch (error) {
      this.#trouble.failed(notice, error as Error);
    }
  }
}
