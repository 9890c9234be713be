import type { StepReport } from '../student/index.ts';
import type { Measurement } from './harness.ts';
import type { NativeCall } from './native-calls.ts';

/** What a training process is told, as JSON in its first argument, and what it prints as JSON in the end. */
export interface StudentTask {
  readonly trainingSetFile: string;
  readonly seed: number;
  readonly deterministic: boolean;
  readonly work: StudentWork;
}

export type StudentWork =
  /** Writes the model, the fixed batch and the targets of its first steps for the peer. */
  | { readonly kind: 'exchange'; readonly folder: string; readonly steps: number }
  /** Times steps on the fixed batch. */
  | { readonly kind: 'time'; readonly steps: number }
  /** Looks into steps on the fixed batch. */
  | { readonly kind: 'profile'; readonly steps: number }
  /** Trains from the sample stream, as a run does. */
  | { readonly kind: 'stream'; readonly steps: number };

/** Losses of the first steps on the fixed batch. */
export interface ExchangeReport {
  readonly losses: readonly Pick<StepReport, PartName>[];
}

export const partNames = ['loss', 'classLoss', 'boxLoss', 'dflLoss', 'maskLoss'] as const;
export type PartName = (typeof partNames)[number];

/** Items are images. */
export type TimeReport = Measurement;

/** Means a step. */
export interface ProfileReport {
  readonly stepMs: number;
  readonly calls: readonly NativeCall[];
}

export interface StreamReport {
  readonly backend: string;
  readonly stepMs: number;
  /** Share 0..1 of the time that went by in waiting for samples. */
  readonly waitedFraction: number;
  /** Different numbers of tensors that were held after a step; 1 where none leaks. */
  readonly tensorCounts: number;
  /** Resident size of the process after each step, the sample threads included. */
  readonly rssMb: readonly number[];
}
