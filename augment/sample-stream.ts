import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { areaOf, badValue, errorFromFacts, SelfpasteError } from '../core/index.ts';
import type { SampleBatch, WorkerData, WorkerReply, WorkerRequest, WorkerSetup } from './sample-messages.ts';

export interface SampleStreamSettings extends WorkerSetup {
  /** The step of the first batch; a resumed training goes on where it stopped. */
  readonly firstStep: number;
  /** Threads that draw, 1 or more. The batches do not depend on it. */
  readonly workers: number;
  /** Batches that are asked for before they are taken, 1 or more: what is ready when it is asked for, and what that takes of memory. */
  readonly lookahead: number;
}

/** Decoded pictures that all workers together keep: as much as so many canvases take, up to a limit. */
const storedCanvases = 320;
const mostStoreBytes = 256 * 2 ** 20;
/** Little of what a worker makes lives on; with more room, pixels that nobody needs would wait long for the collector. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

/** Training batches in the order of their steps. */
export interface SampleStream {
  /**
   * The batch of the next step.
   * @throws SelfpasteError DATA_UNREADABLE_PICTURE, DATA_BAD_TRAINING_SET, ... as the worker met it
   */
  next(): Promise<SampleBatch>;
  /** Waits until every worker has finished what it was drawing, and is gone. */
  close(): Promise<void>;
}

/**
 * Starts the workers, which begin to draw at once. Each has its next batches in its own queue, so that a consumer that blocks its
 * thread for long does not stop them.
 */
export function openSampleStream(settings: SampleStreamSettings): SampleStream {
  for (const name of ['batchSize', 'workers', 'lookahead'] as const) {
    if (!Number.isInteger(settings[name]) || settings[name] < 1) throw badValue(name, 'an integer of 1 or more', settings[name]);
  }
  return new WorkerSampleStream(settings);
}

interface Awaited {
  readonly batch: Promise<SampleBatch>;
  readonly resolve: (batch: SampleBatch) => void;
  readonly reject: (error: unknown) => void;
}

class WorkerSampleStream implements SampleStream {
  readonly #workers: readonly Worker[];
  readonly #lookahead: number;
  /** Batches that were asked for and have not been taken yet, by step. */
  readonly #awaited = new Map<number, Awaited>();
  #nextStep: number;
  #failure: Error | null = null;
  #closing: Promise<void> | null = null;

  constructor({ firstStep, workers, lookahead, ...setup }: SampleStreamSettings) {
    this.#lookahead = lookahead;
    this.#nextStep = firstStep;
    this.#workers = Array.from({ length: workers }, () => this.#start({ ...setup, storeBytes: storeBytesOf(setup, workers) }));
    for (let step = firstStep; step < firstStep + lookahead; step++) this.#ask(step);
  }

  async next(): Promise<SampleBatch> {
    if (this.#closing) throw badValue('sample stream', 'an open stream', 'closed');
    if (this.#failure) throw this.#failure;
    const step = this.#nextStep++;
    this.#ask(step + this.#lookahead);
    try {
      return await this.#awaited.get(step)!.batch;
    } finally {
      this.#awaited.delete(step);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const gone = this.#workers.filter(({ threadId }) => threadId > 0).map((worker) => once(worker, 'exit'));
    for (const worker of this.#workers) worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
    await Promise.all(gone);
    this.#rejectAll(badValue('sample stream', 'an open stream', 'closed'));
  }

  #start(workerData: WorkerData): Worker {
    const worker = new Worker(new URL('./sample-worker.js', import.meta.url), { workerData, resourceLimits });
    worker.on('message', (reply: WorkerReply) => this.#receive(reply));
    worker.on('error', (error) => this.#fail(workerDied(error)));
    worker.on('exit', (code) => {
      if (!this.#closing) this.#fail(workerDied(`exit code ${code}`));
    });
    return worker;
  }

  #ask(step: number): void {
    this.#awaited.set(step, awaited());
    this.#workers[step % this.#workers.length].postMessage({ kind: 'draw', step } satisfies WorkerRequest);
  }

  #receive(reply: WorkerReply): void {
    const waiting = this.#awaited.get(reply.step);
    if (reply.kind === 'batch') waiting?.resolve(reply.batch);
    else waiting?.reject(errorFromFacts(reply.facts));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#rejectAll(error);
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#awaited.values()) reject(error);
  }
}

const storeBytesOf = ({ recipe }: WorkerSetup, workers: number): number =>
  Math.floor(Math.min(mostStoreBytes, storedCanvases * 3 * areaOf(recipe.canvas)) / workers);

function awaited(): Awaited {
  let resolve: Awaited['resolve'] = () => undefined;
  let reject: Awaited['reject'] = () => undefined;
  const batch = new Promise<SampleBatch>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // A batch may fail before anybody asks for it; next() is who tells.
  batch.catch(() => undefined);
  return { batch, resolve, reject };
}

function workerDied(cause: unknown): SelfpasteError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SelfpasteError(
    'ENVIRONMENT_SAMPLE_WORKER_DIED',
    `A thread that draws training pictures ended: ${why}`,
    'check the free memory, then resume the run',
    cause,
  );
}
