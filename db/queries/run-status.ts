import type { EventRow } from '../events.ts';
import type { Subset } from '../images.ts';
import type { AttemptCounts } from '../labeling.ts';
import type { ModelRow } from '../models.ts';
import type { SelectionCounts } from '../pseudo-labels.ts';
import type { QuarantinedFile } from '../quarantine.ts';
import type { RoundRow } from '../rounds.ts';
import type { RunDatabase } from '../run-database.ts';
import type { RunFacts } from '../runs.ts';
import type { SnapshotRow } from '../snapshots.ts';
import type { StageTime } from '../stage-times.ts';

/** A round and its progress. */
export interface RoundStatus {
  readonly round: RoundRow;
  readonly labeling: AttemptCounts;
  readonly selection: SelectionCounts;
  /** Step of the newest checkpoint; null before the first. */
  readonly checkpointStep: number | null;
  /** Steps that are trained so far; null before the first. */
  readonly trainedSteps: number | null;
  /** The newest value of each metric. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** What students of the round were measured on the validation set, by step. */
  readonly validations: readonly Validation[];
}

export interface Validation {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A run at a glance. */
export interface RunStatus {
  /** Undefined in a database that died before its run was written. */
  readonly run: RunFacts | undefined;
  readonly images: Readonly<Record<Subset, number>>;
  readonly donors: number;
  readonly quarantined: Readonly<Record<QuarantinedFile['reason'], number>>;
  readonly verdicts: Readonly<Record<'accepted' | 'rejected', number>>;
  readonly models: readonly ModelRow[];
  readonly rounds: readonly RoundStatus[];
  readonly stageTimes: readonly StageTime[];
  readonly snapshot: SnapshotRow | undefined;
  /** The last 20, newest first. */
  readonly events: readonly EventRow[];
}

const EVENTS = 20;

/** Reads all of it in one transaction of its own view: a run that writes meanwhile does not mix two states. */
export function runStatus(db: RunDatabase): RunStatus {
  return db.connection.view(() => ({
    run: db.runs.facts(),
    images: db.images.count(),
    donors: db.groundTruths.countDonors(),
    quarantined: db.quarantine.countByReason(),
    verdicts: db.verdicts.count(),
    models: db.models.all(),
    rounds: db.rounds.all().map((round) => roundStatus(db, round)),
    stageTimes: db.stageTimes.all(),
    snapshot: db.snapshots.latest(),
    events: db.events.latest(EVENTS),
  }));
}

function roundStatus(db: RunDatabase, round: RoundRow): RoundStatus {
  return {
    round,
    labeling: db.labeling.counts(round.index),
    selection: db.pseudoLabels.counts(round.index),
    checkpointStep: db.checkpoints.ofRound(round.index)[0]?.step ?? null,
    trainedSteps: trainedSteps(db, round.index),
    metrics: db.metrics.latest(round.index),
    validations: db.metrics.curve(round.index, 'maskAp').map(({ step }) => ({ step, metrics: db.metrics.at(round.index, step) })),
  };
}

function trainedSteps(db: RunDatabase, round: number): number | null {
  const sql = "SELECT max(step) AS step FROM metrics WHERE round = ? AND name = 'loss'";
  return db.connection.one<{ step: number | null }>(sql, [round]).step;
}
