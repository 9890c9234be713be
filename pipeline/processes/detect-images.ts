import { errorFromFacts, SelfpasteError, type Size } from '../../core/index.ts';
import type { Detection, TeacherSettings } from '../../teacher/index.ts';
import { type Child, startChild } from './child.ts';
import type { LabelerReply, LabelerRequest } from './messages.ts';

/** A picture to detect objects in; `id` is the caller's. */
export interface DetectionRequest {
  readonly id: number;
  readonly path: string;
}

/** What became of a picture. */
export type DetectionOutcome =
  | {
      readonly status: 'detected';
      readonly id: number;
      readonly size: Size;
      readonly detections: readonly Detection[];
      readonly durationMs: number;
    }
  | { readonly status: 'unusable'; readonly id: number; readonly reason: string };

export interface DetectionWork {
  readonly model: string;
  readonly settings: TeacherSettings;
  readonly images: Iterable<DetectionRequest>;
  /** Aborted: the pictures on their way are finished, no more are sent. */
  readonly stop: AbortSignal;
  /** Told when a process had to be started again. */
  readonly onRestart: (error: SelfpasteError) => void;
}

/** Pictures on their way: enough that the labeler never waits, few enough that a crash repeats little. */
const IN_FLIGHT = 4;
/** A picture that takes longer than this is taken for a hang. */
const STALL_MS = 120_000;
/** Opening may compile kernels or read a slow disk. */
const OPEN_STALL_MS = 300_000;
/** A picture in whose turn the process dies so often is left out. */
const DEATHS_PER_IMAGE = 2;
/** So many processes in a row that die without finishing a picture end the work. */
const FRUITLESS_STARTS = 3;

/**
 * Detects objects in pictures with a labeler process, in order. A labeler that dies or hangs is started again with the pictures that
 * were on their way; a picture that ends it twice is unusable. Throws what the labeler reports of the model, or ENVIRONMENT_CHILD_*.
 */
export async function* detectImages(work: DetectionWork): AsyncGenerator<DetectionOutcome> {
  const source = work.images[Symbol.iterator]();
  const deaths = new Map<number, number>();
  let unfinished: DetectionRequest[] = [];
  let fruitless = 0;
  for (;;) {
    const session = new LabelerSession(unfinished, source, work);
    try {
      for await (const outcome of session.run()) {
        fruitless = 0;
        yield outcome;
      }
      return;
    } catch (error) {
      if (!isProcessFailure(error) || ++fruitless >= FRUITLESS_STARTS) throw error;
      work.onRestart(error);
      const suspect = session.suspect;
      if (suspect) deaths.set(suspect.id, (deaths.get(suspect.id) ?? 0) + 1);
      unfinished = session.unfinished;
      if (suspect && (deaths.get(suspect.id) ?? 0) >= DEATHS_PER_IMAGE) {
        unfinished.shift();
        fruitless = 0;
        yield {
          status: 'unusable',
          id: suspect.id,
          reason: `the labeler process ended ${DEATHS_PER_IMAGE} times while it worked on this picture`,
        };
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * fruitless));
    } finally {
      await session.end();
    }
  }
}

function isProcessFailure(error: unknown): error is SelfpasteError {
  return error instanceof SelfpasteError && error.code.startsWith('ENVIRONMENT_CHILD_');
}

/** One labeler process and what it was sent. */
class LabelerSession {
  /** Sent and not answered, in order. */
  readonly #inFlight: DetectionRequest[] = [];
  /** Of an earlier process, to be sent before anything new. */
  readonly #again: DetectionRequest[];
  readonly #source: Iterator<DetectionRequest>;
  readonly #work: DetectionWork;
  readonly #child: Child<LabelerRequest, LabelerReply>;

  constructor(again: readonly DetectionRequest[], source: Iterator<DetectionRequest>, work: DetectionWork) {
    this.#again = [...again];
    this.#source = source;
    this.#work = work;
    this.#child = startChild<LabelerRequest, LabelerReply>('labeler');
  }

  /** The picture that the process is at; none while it opens the model. */
  get suspect(): DetectionRequest | undefined {
    return this.#inFlight[0];
  }

  get unfinished(): DetectionRequest[] {
    return [...this.#inFlight, ...this.#again];
  }

  async *run(): AsyncGenerator<DetectionOutcome> {
    const { model, settings, stop } = this.#work;
    this.#child.send({ kind: 'open', model, settings });
    await this.#answer(OPEN_STALL_MS);
    while (this.#inFlight.length < IN_FLIGHT && !stop.aborted && this.#sendNext());
    while (this.#inFlight.length > 0) {
      const reply = await this.#answer(STALL_MS);
      const { id } = this.#inFlight.shift() as DetectionRequest;
      if (!stop.aborted) this.#sendNext();
      if (reply.kind === 'detected')
        yield { status: 'detected', id, size: reply.size, detections: reply.detections, durationMs: reply.durationMs };
      if (reply.kind === 'unusable') yield { status: 'unusable', id, reason: reply.reason };
    }
  }

  end(): Promise<void> {
    return this.#child.kill();
  }

  #sendNext(): boolean {
    const next = this.#again.shift() ?? this.#source.next().value;
    if (next === undefined) return false;
    this.#inFlight.push(next);
    this.#child.send({ kind: 'detect', id: next.id, path: next.path });
    return true;
  }

  async #answer(stallMs: number): Promise<LabelerReply> {
    const reply = await this.#child.receive(stallMs);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    return reply;
  }
}
