import type { Subset } from '../../db/index.ts';
import type { CurrentState } from '../../pipeline/index.ts';
import type { Comparison } from './compare.ts';
import type { PredictionTile } from './labels.ts';
import type { EventLines, RoundOverview, RunCurves } from './run.ts';

/** A run at a moment, with all that is shown of it in a file that asks nobody (`selfpaste ui --export`). */
export interface Report {
  readonly madeAtMs: number;
  readonly run: ReportedRun;
  readonly state: CurrentState;
  /** Number by which students are compared. */
  readonly metric: 'maskAp' | 'maskAp50' | 'boxAp';
  /** By index; none of a run that has not begun. */
  readonly rounds: readonly ReportedRound[];
  readonly curves: RunCurves;
  /** One a round that labeled. */
  readonly classes: readonly RoundClasses[];
  /** Of the last two rounds with selected labels; null where there are no two. */
  readonly comparison: Comparison | null;
  readonly setAside: SetAsideFacts;
  /** Null where nothing was labeled. */
  readonly sample: LabelSample | null;
}

export interface ReportedRun {
  readonly name: string;
  readonly begunAtMs: number;
  /** Version of selfpaste that began it. */
  readonly begunBy: string;
  /** Version of selfpaste that made the report. */
  readonly reportedBy: string;
  readonly seed: number;
  readonly configHash: string;
  readonly pictures: Readonly<Record<Subset, number>>;
  /** Human-labeled objects to train on, crowd regions left out. */
  readonly humanObjects: number;
  readonly settings: readonly ReportedSetting[];
}

/** A setting that is not as it would be unsaid. Of paths, the last part. */
export interface ReportedSetting {
  readonly key: string;
  /** As JSON. */
  readonly value: string;
  readonly byDefault: string;
}

export interface ReportedRound extends RoundOverview {
  /** Pictures that were labeled; null where the round had none to label. */
  readonly labeled: number | null;
  /** Who labeled; null in a round that labels nothing. */
  readonly teacher: ReportedModel | null;
  /** The best student so far; null before one was measured. */
  readonly student: ReportedModel | null;
  /** Time at work in groups of stages, in ms; null where none was spent. */
  readonly labelMs: number | null;
  readonly trainMs: number | null;
  readonly evaluateMs: number | null;
}

/** A model by what it was measured on the validation pictures; 0..1, null where a number is not defined or not measured. */
export interface ReportedModel {
  /** Whether somebody gave it, or a round trained it. */
  readonly role: 'given' | 'student';
  /** The round that made it, or for which it was given. */
  readonly round: number;
  readonly maskAp: number | null;
  readonly maskAp50: number | null;
  readonly boxAp: number | null;
}

/** What became of a round's predictions, class by class. */
export interface RoundClasses {
  readonly round: number;
  /** By class index; those that neither people nor the teacher saw are left out. */
  readonly classes: readonly ClassFate[];
  /** Classes with fewer predictions that a table has no room for. */
  readonly leftOut: number;
}

export interface ClassFate {
  readonly name: string;
  readonly classIndex: number;
  /** Of the labeled pictures. */
  readonly humanLabels: number;
  readonly predictions: number;
  readonly kept: number;
  readonly drawn: number;
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** What the run went on without, and what it was warned of. */
export interface SetAsideFacts {
  /** Files by reason. */
  readonly quarantined: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly warnings: EventLines;
}

/** How labels came into the sample. */
export const SAMPLE_GROUPS = ['surest', 'least-certain', 'nearly-kept', 'likely-wrong', 'any-score'] as const;
export type SampleGroup = (typeof SAMPLE_GROUPS)[number];

/** Some labels of a round: across its classes, by chance that follows from the run's seed. */
export interface LabelSample {
  readonly round: number;
  readonly labels: readonly SampledLabel[];
  /** Labels that were chosen, but for which the file has no room. */
  readonly leftOut: number;
}

export interface SampledLabel extends PredictionTile {
  readonly group: SampleGroup;
  /** The picture itself, as a data URI; empty where it cannot be had. */
  readonly thumbnail: string;
}
