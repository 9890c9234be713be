import { readFileSync } from 'node:fs';
import { errorFromFacts } from '../../core/index.ts';
import type { BackendFacts } from '../../student/index.ts';
import { type Child, startChild } from '../processes/child.ts';
import type { TrainerReply, TrainerRequest, TrainRequest } from '../processes/messages.ts';

/** How a trainer did in its first steps. */
export interface TrainingSpeed {
  readonly backend: BackendFacts;
  readonly stepMs: number;
  /** Steps that this is the median of. */
  readonly steps: number;
  /** From the start of the process to the end of its first steps, beyond what these would take when warm. */
  readonly startMs: number;
  readonly checkpoint: { readonly bytes: number; readonly ms: number };
  /** The largest that the process was; null where the system does not say. */
  readonly processMb: number | null;
}

/** Memory is taken and kernels are planned in these. */
const WARM_UP_STEPS = 3;
/** How long steps are measured once it is warm. */
const TRIAL_MS = 5000;
/** A trainer that says nothing for so long is taken for a hang. */
const STALL_MS = 300_000;

/** Steps of a trainer that were reported together. */
interface Stretch {
  /** Steps done at its end. */
  readonly step: number;
  readonly stepMs: number;
  readonly atMs: number;
}

/**
 * Trains for some seconds in a trainer process, as a round would, and takes a checkpoint, which goes into the request's folder.
 * @param stop aborted: the trial ends early
 * @throws what a trainer reports, and ENVIRONMENT_CHILD_*
 */
export async function tryTraining(request: TrainRequest, stop: AbortSignal): Promise<TrainingSpeed> {
  const child = startChild<TrainerRequest, TrainerReply>('trainer');
  const end = () => child.kill();
  stop.addEventListener('abort', end, { once: true });
  try {
    stop.throwIfAborted();
    const startedMs = performance.now();
    child.send(endless(request));
    const backend = await answer(child, 'backend');
    const stretches = await measuredStretches(child);
    const [warm] = stretches;
    const stepMs = median(stretches.slice(1).flatMap(({ step, stepMs }, at) => new Array(step - stretches[at].step).fill(stepMs)));
    const processMb = peakMb(child.pid);
    return {
      backend: backend.facts,
      stepMs,
      steps: (stretches.at(-1)?.step as number) - warm.step,
      startMs: Math.max(0, warm.atMs - startedMs - warm.step * stepMs),
      checkpoint: await checkpoint(child, stepMs),
      processMb,
    };
  } finally {
    stop.removeEventListener('abort', end);
    await child.kill();
  }
}

/** It is the trial that ends it, in the midst of its steps. */
const endless = (request: TrainRequest): TrainRequest => ({
  ...request,
  validateSteps: 0,
  checkpointSteps: Number.MAX_SAFE_INTEGER,
  settings: { ...request.settings, steps: Number.MAX_SAFE_INTEGER },
});

/** The stretch with which it was warm, and those after it: at least one. */
async function measuredStretches(child: Child<TrainerRequest, TrainerReply>): Promise<readonly Stretch[]> {
  const warm: Stretch[] = [];
  while (warm.length < 2 || (warm.at(-1) as Stretch).atMs - warm[0].atMs < TRIAL_MS) {
    const { progress } = await answer(child, 'progress');
    if (progress.step >= WARM_UP_STEPS) warm.push({ step: progress.step, stepMs: progress.stepMs, atMs: performance.now() });
  }
  return warm;
}

/** Asked to stop, a trainer ends its step and writes a checkpoint. */
async function checkpoint(child: Child<TrainerRequest, TrainerReply>, stepMs: number): Promise<TrainingSpeed['checkpoint']> {
  const askedMs = performance.now();
  child.send({ kind: 'stop' });
  const { file } = await answer(child, 'checkpoint');
  return { bytes: file.bytes, ms: Math.max(0, performance.now() - askedMs - stepMs) };
}

/** The next message of a kind. */
async function answer<Kind extends TrainerReply['kind']>(
  child: Child<TrainerRequest, TrainerReply>,
  kind: Kind,
): Promise<Extract<TrainerReply, { kind: Kind }>> {
  for (;;) {
    const reply = await child.receive(STALL_MS);
    if (reply.kind === 'failed') throw errorFromFacts(reply.error);
    if (reply.kind === kind) return reply as Extract<TrainerReply, { kind: Kind }>;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Linux alone says how large a process has been. */
function peakMb(pid: number): number | null {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? null : Number(kib) / 1024;
  } catch {
    return null;
  }
}
