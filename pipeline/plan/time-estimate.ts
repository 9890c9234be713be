import type { ResolvedConfig } from '../../config/index.ts';
import type { Subset } from '../../db/index.ts';
import { isSingleLook } from '../../teacher/index.ts';
import type { Stage } from '../machine/machine.ts';
import { WORTH_MEASURING } from '../processes/arrangement.ts';
import type { LabelingSpeed } from './labeling-trial.ts';
import type { PlannedRound } from './planned-rounds.ts';
import type { TrainingSpeed } from './training-trial.ts';

/** How fast a model is as it labels, and as it is measured: by a single look at each picture. */
export interface ModelSpeed {
  readonly labeling: LabelingSpeed;
  readonly measuring: LabelingSpeed;
}

/** What a short measurement found; null where the run does not have it. */
export interface Speeds {
  readonly importMs: number;
  readonly given: ModelSpeed | null;
  /** Of the planned student, before it has learned anything. */
  readonly student: ModelSpeed | null;
  readonly training: TrainingSpeed | null;
}

/** What there is to do. */
export interface Workload {
  readonly rounds: readonly PlannedRound[];
  readonly pictures: Readonly<Record<Subset, number>>;
  readonly config: Pick<ResolvedConfig, 'train' | 'teacher'>;
}

/** How long each stage of a round takes. */
export interface RoundTime {
  readonly round: number;
  readonly stageMs: Readonly<Partial<Record<Stage, number>>>;
}

export interface TimeEstimate {
  readonly rounds: readonly RoundTime[];
  /** All rounds, from the start of the program on. */
  readonly totalMs: number;
  /** What it may well be instead. */
  readonly range: { readonly fromMs: number; readonly toMs: number };
}

/**
 * Trained students see more than untrained ones, files that nobody read for a while come from the disk, and a machine is busier or
 * hotter at night than for some seconds: more often it takes longer than shorter.
 */
const RANGE = { from: 0.8, to: 1.5 } as const;

const ARRANGING_MS = 8000;
/** Comparing a picture's predictions with its labels, at many thresholds. */
const MATCHING_MS = 1.5;
/** Deciding about a picture's predictions, and writing that. */
const SELECTING_MS = 2;
/** The program and its probe of the backend, before the first stage. */
const START_MS = 2000;

/** The time of every stage of every round, as if each student were promoted and none ended its training early. */
export function estimateTime(work: Workload, speeds: Speeds): TimeEstimate {
  const rounds = work.rounds.map((planned) => ({ round: planned.round, stageMs: timesOf(planned, work, speeds) }));
  const totalMs = START_MS + rounds.reduce((sum, { stageMs }) => sum + roundMs(stageMs), 0);
  return { rounds, totalMs, range: { fromMs: RANGE.from * totalMs, toMs: RANGE.to * totalMs } };
}

export const roundMs = (stageMs: RoundTime['stageMs']): number => Object.values(stageMs).reduce((sum, ms) => sum + ms, 0);

function timesOf({ stages, teacher, evaluated }: PlannedRound, work: Workload, speeds: Speeds): RoundTime['stageMs'] {
  const times: Partial<Record<Stage, () => number>> = {
    import: () => speeds.importMs,
    label: () => labelingMs(speedOf(speeds, teacher).labeling, work.pictures.unlabeled, work),
    select: () => SELECTING_MS * work.pictures.unlabeled,
    train: () => trainingMs(work, speeds),
    evaluate: () => evaluationMs(speedOf(speeds, evaluated), evaluated, work),
  };
  return Object.fromEntries(stages.map((stage) => [stage, times[stage]?.() ?? 0]));
}

/** Of a model that the round has: it was measured. */
const speedOf = (speeds: Speeds, model: PlannedRound['teacher']): ModelSpeed => speeds[model as 'given' | 'student'] as ModelSpeed;

function labelingMs({ startMs, picturesPerSecond }: LabelingSpeed, count: number, { config }: Workload): number {
  const { processes, threads, batch } = config.teacher;
  const arranged = count >= WORTH_MEASURING && (processes === 0 || threads === 0 || batch === 0);
  return (arranged ? ARRANGING_MS : 0) + startMs + (1000 * count) / picturesPerSecond;
}

function measuringMs({ measuring }: ModelSpeed, work: Workload): number {
  return labelingMs(measuring, work.pictures.validation, work) + MATCHING_MS * work.pictures.validation;
}

function trainingMs(work: Workload, speeds: Speeds): number {
  const { steps, checkpointSteps } = work.config.train;
  const { startMs, stepMs, checkpoint } = speeds.training as TrainingSpeed;
  const checkpointMs = Math.floor((steps - 1) / checkpointSteps) * checkpoint.ms;
  return startMs + steps * stepMs + checkpointMs + validationCount(work.config.train) * measuringMs(speedOf(speeds, 'student'), work);
}

/** How often a student is measured while it is trained; where it is, also at the end, to be compared with what was before. */
export function validationCount({ steps, validateSteps }: Pick<ResolvedConfig['train'], 'steps' | 'validateSteps'>): number {
  const between = validateSteps === 0 ? 0 : Math.ceil(steps / validateSteps) - 1;
  return between === 0 ? 0 : between + 1;
}

/** The model is measured unless its training did that, and looks at the validation pictures as it labels: one look serves both. */
function evaluationMs(speed: ModelSpeed, evaluated: PlannedRound['evaluated'], work: Workload): number {
  const measured = evaluated === 'student' && validationCount(work.config.train) > 0;
  if (isSingleLook(work.config.teacher.testTime)) return measuringMs(speed, work);
  return (measured ? 0 : measuringMs(speed, work)) + labelingMs(speed.labeling, work.pictures.validation, work);
}
