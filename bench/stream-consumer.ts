import { createHash, type Hash } from 'node:crypto';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { copyPasteRecipe, openSampleStream, type SampleStreamSettings } from '../augment/index.ts';
import type { Sample } from '../core/index.ts';
import { peakRssMb } from './harness.ts';

/** What a consumer does, given as JSON in its first argument. `everyMs` null takes batches as fast as they come, and hashes them. */
export interface ConsumerTask {
  readonly trainingSetFile: string;
  readonly seed: number;
  readonly workers: number;
  readonly batches: number;
  readonly everyMs: number | null;
}

/** What it prints, as JSON. Times and waits are those after the warm-up. */
export interface ConsumerReport {
  readonly imagesPerSecond: number;
  /** Share 0..1 of the time that went by in waiting for batches that were due. */
  readonly waitedFraction: number;
  /** Batches that it waited for noticeably. */
  readonly waits: number;
  readonly longestWaitMs: number;
  /** CPU time of all threads over the wall time. */
  readonly busyCores: number;
  readonly peakRssMb: number;
  /** SHA-256 over all samples in order; null where they were not hashed. */
  readonly hash: string | null;
}

const batchSize = 8;
const lookahead = 4;
/** Until every thread has drawn its first batches, which no code was compiled for. */
const warmUpBatches = 2 * lookahead;
/** Less is the event loop's own unrest. */
const noticeableMs = 1;

const task = JSON.parse(process.argv[2]) as ConsumerTask;
const settings: SampleStreamSettings = {
  trainingSetFile: task.trainingSetFile,
  seed: task.seed,
  round: 0,
  recipe: copyPasteRecipe({ width: 256, height: 256 }),
  batchSize,
  firstStep: 0,
  workers: task.workers,
  lookahead,
};
process.stdout.write(JSON.stringify(await consume(task)));

async function consume({ batches, everyMs }: ConsumerTask): Promise<ConsumerReport> {
  const stream = openSampleStream(settings);
  const hash = everyMs === null ? createHash('sha256') : null;
  for (let taken = 0; taken < warmUpBatches; taken++) hashSamples(hash, (await stream.next()).samples);
  const waitsMs: number[] = [];
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  for (let taken = 1; taken <= batches; taken++) {
    // The time of a training step, which another core would spend.
    if (everyMs !== null) await wait(startMs + taken * everyMs - performance.now());
    const askedMs = performance.now();
    const batch = await stream.next();
    waitsMs.push(performance.now() - askedMs);
    hashSamples(hash, batch.samples);
  }
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  await stream.close();
  return {
    imagesPerSecond: (1000 * batchSize * batches) / elapsedMs,
    waitedFraction: waitsMs.reduce((sum, waitedMs) => sum + waitedMs, 0) / elapsedMs,
    waits: waitsMs.filter((waitedMs) => waitedMs > noticeableMs).length,
    longestWaitMs: Math.max(...waitsMs),
    busyCores: (user + system) / 1000 / elapsedMs,
    peakRssMb: peakRssMb(),
    hash: hash?.digest('hex') ?? null,
  };
}

function hashSamples(hash: Hash | null, samples: readonly Sample[]): void {
  for (const { image, instances, ignored, stream } of hash ? samples : []) {
    hash?.update(image.data).update(stream);
    for (const { coverage, ...facts } of [...instances, ...ignored]) hash?.update(JSON.stringify(facts)).update(coverage);
  }
}
