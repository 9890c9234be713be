import process from 'node:process';
import { type Backend, StudentTrainer } from '../student/index.ts';
import { median } from './harness.ts';
import { benchStudentModel, openBenchStream, trainSettings, warmUpSteps } from './student-training.ts';
import type { StreamReport } from './student-work.ts';

/** Trains so many steps from the sample stream, as the trainer does. */
export async function trainFromStream(backend: Backend, trainingSetFile: string, seed: number, steps: number): Promise<StreamReport> {
  const trainer = new StudentTrainer(backend, benchStudentModel(seed), trainSettings);
  const stream = openBenchStream(trainingSetFile, seed);
  const watch = new StreamWatch(backend);
  for (let step = -warmUpSteps; step < steps; step++) {
    const askedMs = performance.now();
    const { samples } = await stream.next();
    const readyMs = performance.now();
    trainer.train(samples);
    if (step >= 0) watch.add(readyMs - askedMs, performance.now() - askedMs);
    // The trainer hears its messages here.
    await new Promise(setImmediate);
  }
  await stream.close();
  return watch.report();
}

/** What the steps took, and what the process held after each. */
class StreamWatch {
  readonly #backend: Backend;
  readonly #tensors = new Set<number>();
  readonly #rssMb: number[] = [];
  readonly #stepMs: number[] = [];
  #waitedMs = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  add(waitedMs: number, stepMs: number): void {
    this.#waitedMs += waitedMs;
    this.#stepMs.push(stepMs);
    this.#tensors.add(this.#backend.tf.memory().numTensors);
    this.#rssMb.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  }

  report(): StreamReport {
    return {
      backend: this.#backend.version,
      stepMs: median(this.#stepMs),
      waitedFraction: this.#waitedMs / this.#stepMs.reduce((sum, ms) => sum + ms, 0),
      tensorCounts: this.#tensors.size,
      rssMb: this.#rssMb,
    };
  }
}
