import { existsSync } from 'node:fs';
import type { RunDatabase } from '../../db/index.ts';
import type { Place } from '../machine/machine.ts';
import { type RunState, restoredState } from '../machine/machine-state.ts';
import type { RunFolder } from '../run-folder.ts';

/** How far a stage has come: not at all; so far that it can begin anew; or it wrote what never changes in a run. */
export type Progress = 'none' | 'some' | 'fixed';

/** Where a run goes on. */
export interface RunPlace {
  readonly round: number;
  /** `decide` behind the end of a round, also of the last one. */
  readonly stage: Place;
  readonly progress: Progress;
  /** Whether the round's student was promoted: else no other round follows. */
  readonly promoted: boolean;
}

/** The state that a run remembers; null for one that died before it had any. */
export function savedState(db: RunDatabase): RunState | null {
  const saved = db.snapshots.latest();
  return saved === undefined ? null : restoredState(saved);
}

export function placeOf(db: RunDatabase, folder: RunFolder): RunPlace {
  const state = savedState(db);
  if (state === null) return { round: 0, stage: 'import', progress: importProgress(db), promoted: false };
  const { round, promoted } = state.context;
  const stage = state.value === 'finished' ? 'decide' : state.context.stage;
  return { round, stage, progress: progressOf(db, folder, round, stage), promoted };
}

function progressOf(db: RunDatabase, folder: RunFolder, round: number, stage: Place): Progress {
  switch (stage) {
    case 'import':
      return importProgress(db);
    case 'adopt':
      return some(db.models.all().length > 0);
    case 'label':
      return labelProgress(db, round);
    case 'select':
      return selectProgress(db, round);
    case 'train':
      return some(existsSync(folder.initialStudent(round)) || db.checkpoints.ofRound(round).length > 0);
    case 'evaluate':
      return some(isMeasured(db, round));
    default:
      return 'none';
  }
}

const some = (isBegun: boolean): Progress => (isBegun ? 'some' : 'none');

const importProgress = (db: RunDatabase): Progress => (db.categories.all().length > 0 ? 'fixed' : 'none');

function labelProgress(db: RunDatabase, round: number): Progress {
  const { done, failed } = db.labeling.counts(round);
  return done + failed > 0 ? 'fixed' : 'none';
}

function selectProgress(db: RunDatabase, round: number): Progress {
  if (db.rounds.byIndex(round)?.selection.state === 'frozen') return 'fixed';
  const { withLabels, withoutLabels } = db.pseudoLabels.counts(round);
  return some(withLabels + withoutLabels > 0);
}

/** Numbers from the validations of its training are not the evaluation's. */
function isMeasured(db: RunDatabase, round: number): boolean {
  const models = db.models.all().filter((model) => model.round === round);
  const hasNumbers = models.some(({ role }) => role === 'given') && Object.keys(db.metrics.latest(round)).length > 0;
  return hasNumbers || models.some(({ id }) => db.calibrations.has(id));
}
