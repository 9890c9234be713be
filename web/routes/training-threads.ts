import { Lanes } from '../lanes.ts';
import { TrainingThread } from './training-thread.ts';

/** Each holds the whole set of its round: two are enough to look at rounds side by side. */
const MOST_OPEN = 2;
/** A round that nobody asked for so long is closed. */
const IDLE_MS = 120_000;

interface OpenThread {
  readonly thread: TrainingThread;
  users: number;
  closing: NodeJS.Timeout | undefined;
}

/** The threads of the rounds that are looked at, of which few are open: the one that was used the longest ago makes room. */
export class TrainingThreads {
  readonly #folder: string;
  /** By key; what was used last is last. */
  readonly #open = new Map<string, OpenThread>();
  /** One by one: a thread that makes room has ended before the next one begins. */
  readonly #opening = new Lanes(1);

  /** @param folder of the run */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Lets a thread work.
   * @param key of the round's set; at most two are worked with at once
   * @throws the signal's reason where it is aborted before the work begins
   */
  async use<Result>(key: string, round: number, signal: AbortSignal, work: (thread: TrainingThread) => Promise<Result>): Promise<Result> {
    const open = await this.#opening.run(signal, () => this.#take(key, round));
    try {
      return await work(open.thread);
    } finally {
      this.#release(open);
    }
  }

  async #take(key: string, round: number): Promise<OpenThread> {
    const known = this.#open.get(key);
    const open = known && !known.thread.isRetired ? known : await this.#openAnew(key, round);
    clearTimeout(open.closing);
    open.users++;
    this.#open.delete(key);
    this.#open.set(key, open);
    return open;
  }

  async #openAnew(key: string, round: number): Promise<OpenThread> {
    await this.#close(key);
    const [idle] = [...this.#open].find(([, { users }]) => users === 0) ?? [];
    if (this.#open.size >= MOST_OPEN && idle !== undefined) await this.#close(idle);
    return { thread: new TrainingThread(this.#folder, round), users: 0, closing: undefined };
  }

  async #close(key: string): Promise<void> {
    const leaving = this.#open.get(key);
    clearTimeout(leaving?.closing);
    await leaving?.thread.retire();
    this.#open.delete(key);
  }

  #release(open: OpenThread): void {
    if (--open.users === 0) open.closing = setTimeout(() => void open.thread.retire(), IDLE_MS).unref();
  }
}
