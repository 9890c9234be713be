import type { CurvePoint, FailedAttempt, QuarantinedFile, RoundOutcome, RunOwner, StageTime } from '../../db/index.ts';
import type { CurrentState, MachineGraph, RetryChances, RunRequest, StageProgress } from '../../pipeline/index.ts';

/** What of a run changes when a stage ends (`GET /api/run`). */
export interface RunOverview {
  readonly name: string;
  readonly folder: string;
  readonly machine: MachineGraph;
  /** By which students are compared. */
  readonly metric: string;
  /** Share of a batch's pictures that are pseudo-labeled, where a round has such pictures, 0..1. */
  readonly pseudoShare: number;
  readonly rounds: readonly RoundOverview[];
  readonly stageTimes: readonly StageTime[];
  /** Files that were set aside, by reason. */
  readonly quarantined: Readonly<Record<string, number>>;
}

export interface RoundOverview {
  readonly index: number;
  readonly startedAtMs: number;
  readonly outcome: RoundOutcome;
  readonly labels: RoundLabels;
}

/** What became of a teacher's predictions. */
export interface RoundLabels {
  /** Pictures that could not be labeled. */
  readonly failed: number;
  /** Pictures with a label. */
  readonly pictures: number;
  readonly kept: number;
  /** Labels by people's hands. */
  readonly drawn: number;
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Curves of the whole run (`GET /api/run/curves`). */
export interface RunCurves {
  readonly rounds: readonly RoundCurves[];
}

export interface RoundCurves {
  readonly round: number;
  /** What the trainer told of itself; of a long training, means of stretches. */
  readonly points: readonly CurvePoint[];
  /** What students were measured on the validation pictures. */
  readonly validations: readonly CurvePoint[];
}

/** What is so at a moment (`state` of `GET /api/live`). */
export interface LiveState {
  readonly atMs: number;
  readonly name: string;
  readonly state: CurrentState;
  /** The state of the machine in which the run is or ended; null for one whose process was ended from outside. */
  readonly lit: string | null;
  /** When the machine came to where it is. */
  readonly sinceMs: number;
  readonly progress: (StageProgress & { readonly leftMs: number | null }) | null;
  /** The process that owns the run; null for none that lives. */
  readonly owner: RunOwner | null;
}

/** Something that happened (`happened` of `GET /api/live`; `GET /api/run/events`). */
export interface EventLine {
  readonly id: number;
  readonly atMs: number;
  readonly round: number | null;
  readonly kind: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

/** Newest first. */
export interface EventLines {
  readonly events: readonly EventLine[];
  readonly more: boolean;
}

/** What the trainer told since the last message (`points` of `GET /api/live`). */
export interface LivePoints {
  readonly round: number;
  readonly points: readonly CurvePoint[];
}

/** What a run goes on without (`GET /api/run/quarantine`). */
export interface SetAside {
  /** Not all where there are very many. */
  readonly files: readonly QuarantinedFile[];
  readonly fileCount: number;
  /** All of them, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Of these, those that can be mended and tried again in the same run. */
  readonly retriable: number;
  /** Pictures that could not be labeled in the round that is under way; not all where there are very many. */
  readonly failed: readonly FailedAttempt[];
  readonly failedCount: number;
  readonly retry: RetryChances;
}

/** `POST /api/control`. */
export interface ControlRequest {
  readonly request: RunRequest;
}

/** `POST /api/run/retry {round}`. */
export interface Retried {
  readonly pictures: number;
}
