import type { ResolvedConfig } from '../../config/index.ts';
import { SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { commitPoint } from '../commit-points.ts';
import { requireRoom } from '../garbage/room.ts';
import type { Stage } from '../machine/machine.ts';
import type { Emit, Facts } from '../progress.ts';
import { environmentError, type RunFolder } from '../run-folder.ts';

/** What every stage works with. */
export interface StageContext {
  readonly db: RunDatabase;
  readonly config: ResolvedConfig;
  readonly folder: RunFolder;
  readonly emit: Emit;
  /** Aborted when the run shall stop at the next safe point. */
  readonly stop: AbortSignal;
}

/** A stage's result for the machine, and its numbers for people. */
export interface StageResult<Output> {
  readonly output: Output;
  readonly facts: Facts;
}

/** Runs a stage with its time taken and its start and end told, also in the database. */
export async function timed<Output>(
  context: StageContext,
  round: number,
  stage: Stage,
  work: (context: StageContext) => Promise<StageResult<Output>>,
): Promise<Output> {
  // The machine starts its actors before its snapshot is written; stages may only start after, and not at all where `until` was reached.
  await safePoint(context);
  const startedAtMs = Date.now();
  context.emit({ kind: 'stage-started', round, stage });
  const durationMs = () => Date.now() - startedAtMs;
  const recordTime = () => {
    context.db.stageTimes.record({ round, stage, startedAtMs, durationMs: durationMs() });
    commitPoint('stage-time-recorded');
  };
  try {
    await requireRoom(context);
    const { output, facts } = await work(context);
    context.emit({ kind: 'stage-finished', round, stage, durationMs: durationMs(), facts });
    recordTime();
    return output;
  } catch (error) {
    asFarAsPossible(recordTime);
    throw environmentError(error, context.folder.path);
  }
}

/** What a stage failed with is what people need to know, not that its time could not be written either. */
function asFarAsPossible(write: () => void): void {
  try {
    write();
  } catch {
    // Told by the stage's own failure.
  }
}

/** What a stage throws when it stopped at a safe point because it was asked to. */
export function interrupted(): SelfpasteError {
  return new SelfpasteError('INTERRUPTED', 'The run was interrupted', 'go on with `selfpaste resume`');
}

/** Between two pieces of work: lets other events through, and stops here if asked to. */
export async function safePoint({ stop }: StageContext): Promise<void> {
  await new Promise(setImmediate);
  if (stop.aborted) throw interrupted();
}
