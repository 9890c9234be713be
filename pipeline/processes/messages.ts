import type { AugmentRecipe } from '../../augment/index.ts';
import type { ErrorFacts, Sha256, Size } from '../../core/index.ts';
import type { BackendChoice, BackendFacts, StepReport, TrainSettings } from '../../student/index.ts';
import type { Detection, TeacherSettings } from '../../teacher/index.ts';

/** To a labeler. `id` is the sender's, and comes back with the answer. */
export type LabelerRequest =
  | { readonly kind: 'open'; readonly model: string; readonly settings: TeacherSettings }
  | { readonly kind: 'detect'; readonly id: number; readonly path: string };

/** From a labeler: one answer a request, in order. */
export type LabelerReply =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'detected';
      readonly id: number;
      readonly size: Size;
      readonly detections: readonly Detection[];
      readonly durationMs: number;
    }
  | { readonly kind: 'unusable'; readonly id: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: ErrorFacts };

/** One round's training: data in, an ONNX file and numbers back. */
export interface TrainRequest {
  readonly kind: 'train';
  readonly backend: BackendChoice;
  readonly threads: number;
  readonly seed: number;
  readonly round: number;
  readonly trainingSetFile: string;
  readonly initialModel: string;
  readonly studentFile: string;
  readonly checkpointFolder: string;
  readonly checkpointSteps: number;
  /** Checkpoint to go on from; null starts at step 0. */
  readonly resumeFrom: string | null;
  readonly settings: TrainSettings;
  readonly recipe: AugmentRecipe;
  readonly workers: number;
}

export type TrainerRequest =
  | TrainRequest
  | { readonly kind: 'probe'; readonly backend: BackendChoice; readonly threads: number }
  | { readonly kind: 'stop' };

/** A file that is whole: written, flushed, renamed, hashed. */
export interface WrittenFile {
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** Means over the steps since the last report; `step` counts the steps done. */
export interface TrainingProgress extends Omit<StepReport, 'applied'> {
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

export type TrainerReply =
  | { readonly kind: 'backend'; readonly facts: BackendFacts }
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly file: WrittenFile }
  | { readonly kind: 'stopped'; readonly step: number }
  | { readonly kind: 'done'; readonly file: WrittenFile; readonly tensors: number; readonly peakRssBytes: number }
  | { readonly kind: 'failed'; readonly error: ErrorFacts };
