import process from 'node:process';
import { hostMemory, obtainableBytes } from '../host/memory.ts';
import type { Speeds } from './time-estimate.ts';

/** What the processes of a run take when they are largest: a student is measured while its trainer waits. */
export interface MemoryEstimate {
  /** 0 where nothing is trained; null where the system does not say. */
  readonly trainerBytes: number | null;
  /** All of them. */
  readonly labelersBytes: number;
  /** The process that drives the run. */
  readonly ownBytes: number;
  readonly neededBytes: number;
  /** What machine and control group could give to new processes now. */
  readonly availableBytes: number;
}

const MB = 2 ** 20;

export async function estimateMemory({ given, student, training }: Speeds): Promise<MemoryEstimate> {
  const models = [given, student].filter((model) => model !== null);
  const trials = models.flatMap(({ labeling, measuring }) => [labeling, measuring]);
  const labelersBytes = Math.max(0, ...trials.map(({ processes, processMb }) => processes * processMb)) * MB;
  const trainerBytes = trainerBytesOf(training);
  const ownBytes = process.memoryUsage.rss();
  const neededBytes = (trainerBytes ?? 0) + labelersBytes + ownBytes;
  return { trainerBytes, labelersBytes, ownBytes, neededBytes, availableBytes: obtainableBytes(await hostMemory()) };
}

function trainerBytesOf(training: Speeds['training']): number | null {
  if (training === null) return 0;
  return training.processMb === null ? null : training.processMb * MB;
}
