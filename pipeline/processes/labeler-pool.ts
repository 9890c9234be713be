import type { SelfpasteError } from '../../core/index.ts';
import type { Arrangement } from './arrangement.ts';
import { Bell } from './bell.ts';
import { type LabelerProcess, LabelerSession, startLabeler } from './labeler-session.ts';
import type { LabelerSettings, Tell } from './labeler-settings.ts';
import { MemoryLimit } from './memory-limit.ts';
import type { DetectionOutcome, PictureFile } from './messages.ts';
import { pause } from './pause.ts';
import { PictureQueue, type QueuedPicture } from './picture-queue.ts';
import { FRUITLESS_STARTS, isProcessFailure, RESTART_MS } from './restarting.ts';

export interface PoolWork {
  readonly model: string;
  readonly settings: LabelerSettings;
  readonly arrangement: Arrangement;
  readonly images: Iterable<PictureFile>;
  /** Aborted: the pictures on their way are finished, no more are sent. */
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

/** How a process ended: as it should, or not; and the pictures that need no other one. */
interface SessionEnd {
  readonly failure: SelfpasteError | null;
  readonly settled: number;
}

/** A picture in whose turn a process dies so often is left out. */
const DEATHS_PER_IMAGE = 2;
/** Pictures of a process before it may be replaced for its size. */
const FEWEST_PER_PROCESS = 16;

/**
 * Labeler processes that take pictures from one queue; outcomes come in the order of the pictures. A process that dies or hangs is
 * started again, and what was on its way in it is tried again, one picture at a time; a picture that ends a process twice is unusable.
 */
export class LabelerPool {
  readonly #work: PoolWork;
  readonly #start: () => LabelerProcess;
  readonly #stallMs: number | undefined;
  readonly #queue: PictureQueue;
  /** Something came, or a labeler ended. */
  readonly #news = new Bell();
  /** The consumer took something, or pictures were given back. */
  readonly #room = new Bell();
  readonly #sessions = new Set<LabelerSession>();
  readonly #told = new Set<string>();
  readonly #limit: MemoryLimit;
  /** Aborted when nobody takes outcomes any more. */
  readonly #closing = new AbortController();
  #labelers = 0;
  #failure: Error | null = null;

  /**
   * @param start starts a process that answers as a labeler does
   * @param stallMs a picture that takes longer is taken for a hang
   */
  constructor(work: PoolWork, start: () => LabelerProcess = startLabeler, stallMs?: number) {
    this.#work = work;
    this.#start = start;
    this.#stallMs = stallMs;
    this.#queue = new PictureQueue(work.images);
    const { memoryLimitMb: limitMb } = work.settings;
    const limited = {
      entry: 'labeler',
      setting: 'teacher.memoryLimitMb',
      limitMb,
      fewest: FEWEST_PER_PROCESS,
      unit: 'picture(s)',
    } as const;
    this.#limit = new MemoryLimit(limited, (note) => work.tell('warn', note));
  }

  /** Throws what a labeler reports of the model, or ENVIRONMENT_CHILD_* where no process stays alive. */
  async *outcomes(): AsyncGenerator<DetectionOutcome> {
    this.#labelers = this.#work.arrangement.processes;
    const labelers = Array.from({ length: this.#labelers }, () => this.#label());
    try {
      for (;;) {
        const news = this.#news.heard();
        const outcome = this.#queue.serve();
        if (outcome !== null) {
          this.#room.ring();
          yield outcome;
        } else if (this.#failure !== null) throw this.#failure;
        else if (this.#labelers === 0) return;
        else await news;
      }
    } finally {
      this.#closing.abort();
      this.#room.ring();
      await Promise.all([...this.#sessions].map((session) => session.end()));
      await Promise.all(labelers);
    }
  }

  /** One of the labelers: a process, and another after each that ends before the work does. */
  async #label(): Promise<void> {
    try {
      let fruitless = 0;
      while (!this.#isOver()) {
        const { failure, settled } = await this.#runSession(new LabelerSession(this.#work, this.#start(), this.#stallMs));
        if (settled > 0) fruitless = 0;
        if (failure === null) continue;
        if (++fruitless >= FRUITLESS_STARTS) return this.#giveUp(failure);
        this.#work.tell('warn', `${failure.message}; started again`);
        await pause(RESTART_MS * (fruitless - 1), this.#work.stop, this.#closing.signal);
      }
    } catch (error) {
      this.#failure ??= error as Error;
    } finally {
      this.#labelers--;
      this.#news.ring();
    }
  }

  #isOver(): boolean {
    return this.#closing.signal.aborted || this.#failure !== null || this.#work.stop.aborted || this.#queue.empty;
  }

  async #runSession(session: LabelerSession): Promise<SessionEnd> {
    this.#sessions.add(session);
    try {
      for (const note of (await session.open()).notes) this.#tellOnce(note);
      await this.#feed(session);
      return { failure: null, settled: session.finished };
    } catch (error) {
      if (this.#closing.signal.aborted) return { failure: null, settled: session.finished };
      if (!isProcessFailure(error)) throw error;
      return { failure: error, settled: session.finished + this.#bury(session) };
    } finally {
      await session.end();
      this.#sessions.delete(session);
    }
  }

  /** Sends pictures and takes outcomes until there is nothing left to do, or the process has grown too large. */
  async #feed(session: LabelerSession): Promise<void> {
    for (;;) {
      const room = this.#room.heard();
      while (session.takesMore && !this.#isOver() && !this.#outgrown(session)) {
        const pictures = this.#queue.take(this.#work.arrangement.batch);
        if (pictures.length === 0) break;
        session.send(pictures);
      }
      if (session.busy) this.#finish(await session.receive());
      else if (this.#isOver() || this.#outgrown(session)) return;
      else await room;
    }
  }

  #finish(finished: readonly (readonly [QueuedPicture, DetectionOutcome])[]): void {
    for (const [picture, outcome] of finished) this.#queue.finish(picture, outcome);
    this.#news.ring();
  }

  /** What was on its way is tried again; what the process was at may be what ended it. @returns how many pictures are left out for it */
  #bury(session: LabelerSession): number {
    const suspects = session.suspects.map((picture) => ({ ...picture, deaths: picture.deaths + 1 }));
    const [lost, again] = [suspects.filter(isLost), suspects.filter((picture) => !isLost(picture))];
    const reason = `the labeler process ended ${DEATHS_PER_IMAGE} times while it worked on this picture`;
    this.#queue.giveBack([...again, ...session.waiting]);
    this.#finish(lost.map((picture) => [picture, { status: 'unusable', id: picture.picture.id, reason }]));
    this.#room.ring();
    return lost.length;
  }

  /** One labeler less; the last one takes the work with it. */
  #giveUp(error: SelfpasteError): void {
    if (this.#labelers === 1) this.#failure = error;
    else this.#work.tell('warn', `${error.message}; the work goes on with ${this.#labelers - 1} process(es)`);
  }

  #outgrown(session: LabelerSession): boolean {
    return this.#limit.isOutgrownBy(session, session.rssMb, session.finished);
  }

  #tellOnce(note: string): void {
    if (!this.#told.has(note)) this.#work.tell('warn', note);
    this.#told.add(note);
  }
}

const isLost = ({ deaths }: QueuedPicture): boolean => deaths >= DEATHS_PER_IMAGE;
