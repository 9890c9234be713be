import type { AugmentRecipe } from '../../augment/index.ts';
import type { ErrorFacts, MaskOverlaps, Sha256, Size } from '../../core/index.ts';
import type { BackendChoice, BackendFacts, StepReport, TrainSettings } from '../../student/index.ts';
import type { Detection, TeacherSettings, TestTimeOptions } from '../../teacher/index.ts';

/** What every child says every two seconds, unless a native call holds it. Taken by the channel: no receiver sees it. */
export interface Beat {
  readonly kind: 'beat';
  readonly rssMb: number;
}

/** What a child says of work that failed. */
export interface ChildFailure {
  readonly kind: 'failed';
  readonly error: ErrorFacts;
}

/** A picture that a labeler looks at; `id` is the sender's. */
export interface PictureFile {
  readonly id: number;
  readonly path: string;
}

/** To a labeler. Pictures of one request share a run of the model where it allows that. */
export type LabelerRequest =
  | {
      readonly kind: 'open';
      readonly model: string;
      readonly settings: TeacherSettings;
      readonly maxPixels: number;
      readonly testTime: TestTimeOptions;
    }
  | { readonly kind: 'measure'; readonly batch: number; readonly durationMs: number }
  | { readonly kind: 'detect'; readonly pictures: readonly PictureFile[] };

/** From a labeler: one answer a request, in order. */
export type LabelerReply =
  | LabelerOpened
  | ({ readonly kind: 'measured' } & LabelerRate)
  /** One outcome a picture, in order. */
  | { readonly kind: 'detected'; readonly outcomes: readonly DetectionOutcome[]; readonly rssMb: number }
  | ChildFailure;

export interface LabelerOpened {
  readonly kind: 'opened';
  /** Pictures that a run of the model takes; null for any number. */
  readonly batch: number | null;
  /** What people should know of how the model runs. */
  readonly notes: readonly string[];
}

/** How fast a labeler was for a while. */
export interface LabelerRate {
  readonly picturesPerSecond: number;
  readonly rssMb: number;
}

/** What a model sees in a picture. */
export interface DetectedObjects {
  readonly detections: readonly Detection[];
  /** Of their masks. */
  readonly overlaps: MaskOverlaps;
}

/** What became of a picture. */
export type DetectionOutcome =
  | ({ readonly status: 'detected'; readonly id: number; readonly size: Size; readonly durationMs: number } & DetectedObjects)
  | { readonly status: 'unusable'; readonly id: number; readonly reason: string };

/** One round's training: data in, students and numbers back. */
export interface TrainRequest {
  readonly kind: 'train';
  readonly backend: BackendChoice;
  readonly threads: number;
  readonly deterministic: boolean;
  readonly seed: number;
  readonly round: number;
  readonly trainingSetFile: string;
  readonly initialModel: string;
  /** Where every student is written that the trainer speaks of. */
  readonly interimFile: string;
  readonly checkpointFolder: string;
  readonly checkpointSteps: number;
  /** Every so many steps the trainer waits until its student was measured; 0 never. */
  readonly validateSteps: number;
  /** Checkpoint to go on from; null starts at step 0. */
  readonly resumeFrom: string | null;
  readonly settings: TrainSettings;
  readonly recipe: AugmentRecipe;
  readonly workers: number;
}

/** What follows from a validation for the training. */
export type Continuation = 'go-on' | 'stop-here';

export type TrainerRequest =
  | TrainRequest
  | { readonly kind: 'probe'; readonly backend: BackendChoice; readonly threads: number; readonly deterministic: boolean }
  /** The answer to an interim student. */
  | { readonly kind: 'measured'; readonly continuation: Continuation }
  | { readonly kind: 'stop' };

/** A file that is whole: written, flushed, renamed, hashed. */
export interface WrittenFile {
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * Means over the steps since the last report; what they learned over those that were applied: null where none has it.
 * `step` counts the steps done.
 */
export interface TrainingProgress extends Means<Omit<StepReport, 'step' | 'applied'>> {
  readonly step: number;
  readonly stepMs: number;
  /** Part of a step's time spent waiting for samples. */
  readonly waitMs: number;
  readonly skippedSteps: number;
  /** A training picture's objects, and those of its pictures that are not on it, by reason. */
  readonly objects: number;
  readonly droppedOutside: number;
  readonly droppedTooSmall: number;
  readonly droppedOccluded: number;
  readonly droppedOverLimit: number;
}

type Means<Numbers> = { readonly [Name in keyof Numbers]: number | null };

export type TrainerReply =
  | { readonly kind: 'backend'; readonly facts: BackendFacts }
  | { readonly kind: 'progress'; readonly progress: TrainingProgress; readonly rssMb: number }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly file: WrittenFile }
  /** The student of a step, to be measured; the trainer waits for what follows. */
  | { readonly kind: 'interim-student'; readonly step: number }
  | { readonly kind: 'stopped'; readonly step: number }
  /** The last student is written; fewer steps than planned where a validation ended the training. */
  | { readonly kind: 'done'; readonly step: number; readonly tensors: number; readonly peakRssBytes: number }
  | ChildFailure;
