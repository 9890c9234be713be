import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { peakRssMb } from './harness.ts';
import { finding, type SubjectReport } from './report.ts';
import type { ConsumerReport, ConsumerTask } from './stream-consumer.ts';
import { type BenchTask, inputsFor, pictureCount } from './task.ts';
import { readTrainingPictures, withTrainingSetFile } from './training-set.ts';

/** 40 images a second in batches of eight. */
const everyMs = 200;

/** The trainer's sample stream at 256 px: a paced consumer on one core, and the same samples for any number of threads. */
export async function benchStream(task: BenchTask): Promise<SubjectReport> {
  const set = await readTrainingPictures(await inputsFor(task, { images: pictureCount(task), pictures: true }));
  const { paced, pinned, hashes } = await withTrainingSetFile(set, (file) => consumeAll(task, file));
  return {
    subject: 'stream',
    notes: [
      'the consumer is a process of its own with two sample threads, all on one core; it asks for a batch of 8 every 200 ms and is idle between',
      ...(pinned ? [] : ['taskset was not found: the process was not kept on one core, so that this is not what was asked for']),
    ],
    trials: [],
    findings: [
      finding('images/s that the consumer got', paced.imagesPerSecond, 'images/s', 'at least', 39.5),
      finding('time that it waited', 100 * paced.waitedFraction, '%', 'at most', 1),
      finding('peak RSS of its process', paced.peakRssMb, 'MB', 'at most', 300),
      finding('different sample sequences of 1, 2 and 3 threads', new Set(hashes).size, 'hashes', 'at most', 1),
    ],
    facts: {
      'waits of more than 1 ms': `${paced.waits} of ${pacedBatches(task)}`,
      'longest wait': `${paced.longestWaitMs.toFixed(1)} ms`,
      'cores in use': paced.busyCores,
      'hash of the samples': hashes[0],
    },
    peakRssMb: peakRssMb(),
  };
}

interface Consumed {
  readonly paced: ConsumerReport;
  readonly pinned: boolean;
  readonly hashes: readonly string[];
}

/** 15 seconds, or two. */
const pacedBatches = ({ quick }: BenchTask): number => (quick ? 10 : 75);

async function consumeAll(task: BenchTask, trainingSetFile: string): Promise<Consumed> {
  const { seed, quick } = task;
  const pacedTask: ConsumerTask = { trainingSetFile, seed, workers: 2, batches: pacedBatches(task), everyMs };
  const pinned = await onOneCore(pacedTask);
  const paced = pinned ?? (await consume(pacedTask));
  const hashes: string[] = [];
  for (const workers of [1, 2, 3]) {
    const { hash } = await consume({ trainingSetFile, seed, workers, batches: quick ? 2 : 17, everyMs: null });
    hashes.push(hash ?? 'not hashed');
  }
  return { paced, pinned: pinned !== null, hashes };
}

const consumerScript = fileURLToPath(new URL('./stream-consumer.js', import.meta.url));

const consume = (task: ConsumerTask): Promise<ConsumerReport> => reportOf(process.execPath, [consumerScript, JSON.stringify(task)]);

/** Null where the system has no taskset. */
async function onOneCore(task: ConsumerTask): Promise<ConsumerReport | null> {
  try {
    return await reportOf('taskset', ['--cpu-list', '0', process.execPath, consumerScript, JSON.stringify(task)]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function reportOf(program: string, args: readonly string[]): Promise<ConsumerReport> {
  // As the trainer is started: glibc would otherwise keep an arena a thread.
  const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, MALLOC_ARENA_MAX: '2' } });
  return JSON.parse(stdout) as ConsumerReport;
}
