import type { DetectionOutcome, PictureFile } from './messages.ts';

/** A picture at its place in the order of delivery. */
export interface QueuedPicture {
  readonly place: number;
  readonly picture: PictureFile;
  /** Processes that ended while they were at it. */
  readonly deaths: number;
}

/** Outcomes may be so far ahead of the picture that all wait for. */
const LOOKAHEAD = 256;

/** Pictures that wait for a labeler, and outcomes that wait for their turn: many take, one is served, in the order of the source. */
export class PictureQueue {
  readonly #source: Iterator<PictureFile>;
  readonly #again: QueuedPicture[] = [];
  readonly #outcomes = new Map<number, DetectionOutcome>();
  #taken = 0;
  #served = 0;
  #ended = false;

  constructor(source: Iterable<PictureFile>) {
    this.#source = source[Symbol.iterator]();
  }

  /** Whether nothing is left to take, unless something is given back. */
  get empty(): boolean {
    return this.#ended && this.#again.length === 0;
  }

  /** The next pictures, at most `count`; none for now where those that were taken are too far ahead. */
  take(count: number): readonly QueuedPicture[] {
    const again = this.#again.shift();
    // Alone, so that it is known which picture ends a process.
    if (again !== undefined) return [again];
    const taken: QueuedPicture[] = [];
    while (taken.length < count && this.#taken - this.#served < LOOKAHEAD) {
      const next = this.#next();
      if (next === null) break;
      taken.push(next);
    }
    return taken;
  }

  /** Pictures of a process that ended; they go before all others. */
  giveBack(pictures: readonly QueuedPicture[]): void {
    this.#again.push(...pictures);
    this.#again.sort((a, b) => a.place - b.place);
  }

  finish({ place }: QueuedPicture, outcome: DetectionOutcome): void {
    this.#outcomes.set(place, outcome);
  }

  /** The outcome whose turn it is; null while it is not there. */
  serve(): DetectionOutcome | null {
    const outcome = this.#outcomes.get(this.#served);
    if (outcome === undefined) return null;
    this.#outcomes.delete(this.#served++);
    return outcome;
  }

  #next(): QueuedPicture | null {
    const next = this.#source.next();
    this.#ended = next.done === true;
    return next.done === true ? null : { place: this.#taken++, picture: next.value, deaths: 0 };
  }
}
