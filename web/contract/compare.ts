import type { Box, CategoryId, ChangeKind, ImageId, PredictionId, Size } from '../../core/index.ts';
import type { MeasuredClass } from '../../db/index.ts';
import type { ExpectedQuality } from '../../pseudo/index.ts';

/** Two rounds side by side: of one run, the earlier one first. */
export interface Comparison {
  /** Those that were labeled, by index. */
  readonly rounds: readonly number[];
  readonly from: RoundFacts;
  readonly to: RoundFacts;
  /** What became of the labels, by kind and classes; what does not occur is left out. */
  readonly changes: readonly CountedChange[];
  /** By class index. */
  readonly classes: readonly ComparedClass[];
}

export interface RoundFacts {
  readonly round: number;
  readonly images: number;
  readonly labels: number;
  readonly predictions: number;
  /** Of all classes: bin i holds scores in [i/20, (i+1)/20). */
  readonly histogram: readonly number[];
  /** What the student that the round hands on, or would by now, was worth on validation pictures, by name of the metric; none before one was measured. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Labels that went one way. */
export interface CountedChange {
  readonly kind: ChangeKind;
  /** Null for what was born. */
  readonly before: CategoryId | null;
  /** Null for what died. */
  readonly now: CategoryId | null;
  readonly labels: number;
}

export interface ComparedClass {
  readonly category: CategoryId;
  readonly name: string;
  readonly classIndex: number;
  readonly from: ClassFacts;
  readonly to: ClassFacts;
}

/** A class in a round. */
export interface ClassFacts {
  readonly labels: number;
  /** Of all labels of the round, 0..1; null where there are none. */
  readonly share: number | null;
  readonly meanScore: number | null;
  readonly histogram: readonly number[];
  /** Of the round's policy, by its teacher on validation pictures; null where nothing is known. */
  readonly expected: Pick<ExpectedQuality, 'pseudoPrecision' | 'pseudoRecall'> | null;
  /** Of the same student as the round's metrics; null where nothing is known. */
  readonly measured: MeasuredClass | null;
}

/** Some changes of one kind, and whether there are more. */
export interface ChangeExamples {
  readonly examples: readonly ChangeExample[];
  readonly more: boolean;
}

export interface ChangeExample {
  readonly kind: ChangeKind;
  readonly image: ImageId;
  readonly fileName: string;
  readonly size: Size;
  /** The part of the picture that the thumbnail shows, as that of the labels. */
  readonly view: Box;
  readonly thumbnail: string;
  /** Mask IoU of the two; 0 for what was born or died. */
  readonly iou: number;
  /** Null for what was born. */
  readonly before: ChangedLabel | null;
  /** Null for what died. */
  readonly now: ChangedLabel | null;
}

export interface ChangedLabel {
  readonly prediction: PredictionId;
  readonly category: CategoryId;
  readonly score: number;
  /** COCO's compressed run lengths at the size of the picture. */
  readonly mask: string;
}
