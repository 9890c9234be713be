import type { Box, CategoryId, ImageId, PredictionId, Size } from '../../core/index.ts';
import type { ChangePlan } from '../../pipeline/index.ts';
import type { CategoryThreshold, DroppedReason, ExpectedQuality, KeptReason, Policy, PreviewCounts } from '../../pseudo/index.ts';

/**
 * What the sliders ask for stands in a query, of the page's address and of every request alike: `round`, `all` (one threshold for all
 * classes), and `t3`, the threshold of the class with id 3. What is not named is as the run has it.
 */
export type ThresholdQuery = Readonly<Record<string, string>>;

/** The policy that the run's next selection would read, and what the sliders show of a round beside it. */
export interface PolicyFacts {
  readonly round: number;
  /** Those that were labeled, by index. */
  readonly rounds: readonly number[];
  /** By class index. */
  readonly classes: readonly PolicyClass[];
  readonly rule: Policy['rule'];
  /** All but thresholds. */
  readonly settings: readonly PolicySetting[];
}

export interface PolicyClass {
  readonly category: CategoryId;
  readonly name: string;
  readonly classIndex: number;
  /** As the settings have it, 0..1, or above 1 where nothing is kept. */
  readonly threshold: number;
  readonly why: CategoryThreshold['why'];
  readonly predictions: number;
  /** Predictions by score: bin i holds scores in [i/20, (i+1)/20). */
  readonly histogram: readonly number[];
}

export interface PolicySetting {
  readonly key: string;
  readonly value: string | number | null;
  /** Where it does not apply, why. */
  readonly idle: string | null;
  readonly description: string;
}

/** What the round would keep under other thresholds, beside what it kept. */
export interface ThresholdAnswer {
  readonly images: number;
  readonly imagesWithLabels: Pick<PreviewCounts, 'present' | 'next'>;
  readonly predictions: number;
  readonly overall: ClassAnswer;
  /** One a class, by class index. */
  readonly classes: readonly (ClassAnswer & { readonly category: CategoryId; readonly threshold: number })[];
  readonly reasons: readonly ReasonCounts[];
  /** Whether the teacher was measured on validation pictures, so that something can be expected. */
  readonly isCalibrated: boolean;
}

export interface ClassAnswer extends PreviewCounts {
  /** Null where nothing is known. */
  readonly expected: Pick<ExpectedQuality, 'pseudoPrecision' | 'pseudoRecall'> | null;
}

export interface ReasonCounts extends Pick<PreviewCounts, 'present' | 'next'> {
  readonly reason: KeptReason | DroppedReason;
}

/** Predictions of a class nearest to its threshold. */
export interface LineExamples {
  /** Least score first. */
  readonly above: readonly LineExample[];
  /** Best score first. */
  readonly below: readonly LineExample[];
}

export interface LineExample {
  readonly prediction: PredictionId;
  readonly image: ImageId;
  readonly fileName: string;
  readonly size: Size;
  /** The part of the picture that the thumbnail shows, as that of the labels. */
  readonly view: Box;
  readonly thumbnail: string;
  /** COCO's compressed run lengths at the size of the picture. */
  readonly mask: string;
  readonly score: number;
  /** What the thresholds asked for make of it. */
  readonly reason: KeptReason | DroppedReason;
}

/** What it takes to give the run these thresholds; nothing is written. */
export interface ThresholdPlan {
  readonly plan: Omit<ChangePlan, 'ignored' | 'data'>;
  /** Sent back with the word to write it: only a plan that was seen is written. */
  readonly mark: string;
  /** Why it cannot be done from here; null where it can. */
  readonly refusal: string | null;
  /** Command lines that do it, or, where it can be done from here, that go on behind it. */
  readonly commands: readonly string[];
}
