import { openDatabase, type RunOwner, readRunOwner } from '../../db/index.ts';
import { measuredIn } from '../measuring/measured-numbers.ts';
import { runFolder } from '../run-folder.ts';
import { type MeasuredClasses, measuredClasses } from './measured-classes.ts';
import { type MeasuredRound, type MeasuredStatus, measuredStatus } from './measured-status.ts';
import { type CurrentState, runState } from './run-state.ts';
import { type StageProgress, stageProgress } from './stage-progress.ts';

/** All that can be said of a run from outside, at a moment; JSON-safe. */
export interface RunReport extends MeasuredStatus {
  readonly atMs: number;
  readonly folder: string;
  readonly owner: RunOwner | null;
  readonly state: CurrentState;
  readonly progress: StageProgress | null;
}

/** A report with AP by class of the last round whose student was measured; null where nothing is known. */
export interface MeasuredReport extends RunReport {
  readonly classes: MeasuredClasses | null;
}

/** Looks at a run, also while it goes on. Throws what {@link openDatabase} does. */
export function runReport(folder: string): MeasuredReport {
  const db = openDatabase(runFolder(folder).database, { mode: 'read' });
  try {
    const status = measuredStatus(db);
    return { ...reportOf(status, folder, readRunOwner(folder) ?? null, Date.now()), classes: measuredClasses(db, status) };
  } finally {
    db.close();
  }
}

/** What follows from a run's rows and its owner. */
export function reportOf(status: MeasuredStatus, folder: string, owner: RunOwner | null, atMs: number): RunReport {
  const state = runState(status, owner, atMs);
  return { atMs, folder, owner, state, progress: stageProgress(status, state), ...status, rounds: status.rounds.map(withMeasuredAlone) };
}

/** A round whose validations hold no numbers of the training at their steps. */
function withMeasuredAlone({ validations, ...round }: MeasuredRound): MeasuredRound {
  return { ...round, validations: validations.map(({ step, metrics }) => ({ step, metrics: measuredIn(metrics) })) };
}
