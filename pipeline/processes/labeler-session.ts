import { errorFromFacts } from '../../core/index.ts';
import type { Arrangement } from './arrangement.ts';
import { type Child, startChild } from './child.ts';
import { type LabelerSettings, teacherSettingsOf } from './labeler-settings.ts';
import type { DetectionOutcome, LabelerOpened, LabelerRate, LabelerReply, LabelerRequest } from './messages.ts';
import type { QueuedPicture } from './picture-queue.ts';

/** Requests on their way: one that is worked on and one that waits, so that the labeler never does. */
const IN_FLIGHT = 2;
/** A picture that takes longer than this is taken for a hang. */
const STALL_MS = 120_000;
/** Opening may compile kernels or read a slow disk. */
const OPEN_STALL_MS = 300_000;

export type LabelerProcess = Child<LabelerRequest, LabelerReply>;

export const startLabeler = (): LabelerProcess => startChild<LabelerRequest, LabelerReply>('labeler');

export interface SessionWork {
  readonly model: string;
  readonly settings: LabelerSettings;
  readonly arrangement: Pick<Arrangement, 'threads' | 'spinning'>;
}

/** One labeler process and what it was sent. Methods throw ENVIRONMENT_CHILD_* where it dies or hangs, and what it reports of the model. */
export class LabelerSession {
  readonly #work: SessionWork;
  readonly #child: LabelerProcess;
  readonly #stallMs: number;
  /** Sent and not answered, in order. */
  readonly #requests: (readonly QueuedPicture[])[] = [];
  #rssMb = 0;
  #finished = 0;

  /** @param stallMs a picture that takes longer is taken for a hang */
  constructor(work: SessionWork, child: LabelerProcess = startLabeler(), stallMs = STALL_MS) {
    this.#work = work;
    this.#child = child;
    this.#stallMs = stallMs;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The size of the process when it last answered. */
  get rssMb(): number {
    return this.#rssMb;
  }

  /** Pictures that it has answered for. */
  get finished(): number {
    return this.#finished;
  }

  get busy(): boolean {
    return this.#requests.length > 0;
  }

  get takesMore(): boolean {
    return this.#requests.length < IN_FLIGHT;
  }

  /** The pictures that the process is at; none while it opens the model. */
  get suspects(): readonly QueuedPicture[] {
    return this.#requests[0] ?? [];
  }

  /** The pictures behind them. */
  get waiting(): readonly QueuedPicture[] {
    return this.#requests.slice(1).flat();
  }

  /** Opens the model. */
  async open(): Promise<LabelerOpened> {
    const { model, settings, arrangement } = this.#work;
    const { maxPixels, testTime } = settings;
    this.#child.send({ kind: 'open', model, settings: teacherSettingsOf(settings, arrangement), maxPixels, testTime });
    return this.#answer('opened', OPEN_STALL_MS);
  }

  /** Lets it work on a picture of its own, again and again. */
  measure(batch: number, durationMs: number): Promise<LabelerRate> {
    this.#child.send({ kind: 'measure', batch, durationMs });
    return this.#answer('measured', this.#stallMs);
  }

  send(pictures: readonly QueuedPicture[]): void {
    this.#requests.push(pictures);
    this.#child.send({ kind: 'detect', pictures: pictures.map(({ picture }) => picture) });
  }

  /** What became of the pictures that were sent first. */
  async receive(): Promise<readonly (readonly [QueuedPicture, DetectionOutcome])[]> {
    const { outcomes, rssMb } = await this.#answer('detected', this.#stallMs * this.suspects.length);
    const pictures = this.#requests.shift() as readonly QueuedPicture[];
    this.#rssMb = rssMb;
    this.#finished += pictures.length;
    return pictures.map((picture, at) => [picture, outcomes[at]]);
  }

  end(): Promise<void> {
    return this.#child.kill();
  }

  async #answer<Kind extends LabelerReply['kind']>(_kind: Kind, stallMs: number): Promise<Extract<LabelerReply, { kind: Kind }>> {
    const reply = await this.#child.receive(stallMs);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    // One answer a request, in order: it is of the kind that was asked for.
    return reply as Extract<LabelerReply, { kind: Kind }>;
  }
}
