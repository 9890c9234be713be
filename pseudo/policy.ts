import type { CategoryId } from '../core/index.ts';

/** What makes a prediction a pseudo-label. Plain JSON data, so that a round can remember the policy it was frozen under. */
export interface Policy {
  /**
   * Where the thresholds `score` and `scoreByCategory` come from. `fixed`: as written. `top-share`: of each category so many labels an
   * image as `density` says. `target-precision`: the lowest threshold of each category that promises `precision`. See `resolvePolicy`.
   */
  readonly rule: 'fixed' | 'top-share' | 'target-precision';
  /** Labels of a category an image, as a multiple of the human ones; above 0. Of `top-share`. */
  readonly density: number;
  /** Share of labels that are to be an object, 0..1. Of `target-precision`. */
  readonly precision: number;
  /** What thresholds compare and what ranks predictions: the score, or the score times the mean probability of the mask's pixels. */
  readonly confidence: 'score' | 'score-mask';
  /** Least confidence that is kept, 0..1. */
  readonly score: number;
  /** Least confidence by category, where it differs from `score`: rare categories often deserve a lower one. */
  readonly scoreByCategory: Readonly<Record<CategoryId, number>>;
  /**
   * From this confidence on, 0..1, what does not reach its category's threshold is neither object nor background: the student learns
   * nothing from it. Null is off, as is any value that is not below the threshold.
   */
  readonly ignoreScore: number | null;
  /** Least stability of a mask, 0..1; a mask whose stability was not measured passes. Null is off. */
  readonly minMaskStability: number | null;
  /** Least mask IoU with what the model sees in the mirror image, 0..1; a mask without that passes. Null is off. */
  readonly minFlipAgreement: number | null;
  /** Two masks of one category that overlap by more than this IoU are one object, 0.1..1; the better confidence stays. */
  readonly maskNmsIou: number;
  /** Two masks of any categories that overlap by more than this IoU are one object with two names, 0.1..1; the better confidence stays. */
  readonly crossCategoryIou: number;
  /** Least area of a mask, in px2. */
  readonly minAreaPx2: number;
  /** Most pseudo-labels of an image; what people accepted or drew comes on top. */
  readonly maxPerImage: number;
  /** Weight of a pseudo-label's loss: its score, or 1. A label that a person accepted weighs 1. */
  readonly weight: 'score' | 'one';
}

/**
 * `ignoreScore` 0.3: from there to the threshold, a prediction is too likely an object to be trained as background.
 * `maskNmsIou` 0.6: teachers run their own NMS on boxes at 0.5 to 0.7, and masks of one object overlap less than their boxes do.
 * `crossCategoryIou` 0.8: objects of two categories do overlap (a rider and a horse), but not that much.
 * `maxPerImage` 300 is three times what COCO counts in evaluation.
 */
export const defaultPolicy: Policy = {
  rule: 'fixed',
  density: 1,
  precision: 0.9,
  confidence: 'score',
  score: 0.5,
  scoreByCategory: {},
  ignoreScore: 0.3,
  minMaskStability: null,
  minFlipAgreement: null,
  maskNmsIou: 0.6,
  crossCategoryIou: 0.8,
  minAreaPx2: 16,
  maxPerImage: 300,
  weight: 'score',
};

/** The policy that a round was frozen under. One that an earlier version wrote lacks what did not exist then, and meant its defaults. */
export const storedPolicy = (stored: unknown): Policy => ({ ...defaultPolicy, ...(stored as Partial<Policy>) });

/** Least confidence that a category needs, 0..1; above 1 where nothing shall be kept. */
export const thresholdOf = ({ score, scoreByCategory }: Policy, category: CategoryId): number => scoreByCategory[category] ?? score;
