import type { CategoryId } from '../core/index.ts';

/** What makes a prediction a pseudo-label. Plain JSON data, so that a round can remember the policy it was frozen under. */
export interface Policy {
  /** Least score that is kept, 0..1. */
  readonly score: number;
  /** Least score by category, where it differs from `score`: rare categories often deserve a lower one. */
  readonly scoreByCategory: Readonly<Record<CategoryId, number>>;
  /**
   * From this score on, 0..1, what does not reach its category's threshold is neither object nor background: the student learns nothing
   * from it. Null is off, as is any value that is not below the threshold.
   */
  readonly ignoreScore: number | null;
  /** Two masks of one category that overlap by more than this IoU are one object, 0..1; the better score stays. */
  readonly maskNmsIou: number;
  /** Two masks of any categories that overlap by more than this IoU are one object with two names, 0..1; the better score stays. */
  readonly crossCategoryIou: number;
  /** Least area of a mask, in px2. */
  readonly minAreaPx2: number;
  /** Most pseudo-labels of an image; a person's acceptances come on top. */
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
  score: 0.5,
  scoreByCategory: {},
  ignoreScore: 0.3,
  maskNmsIou: 0.6,
  crossCategoryIou: 0.8,
  minAreaPx2: 16,
  maxPerImage: 300,
  weight: 'score',
};

/** Least score that a category needs, 0..1. */
export const thresholdOf = ({ score, scoreByCategory }: Policy, category: CategoryId): number => scoreByCategory[category] ?? score;
