import type { CategoryId, PredictionId } from './ids.ts';

/** What became of a pseudo-label from one round to the next. `kept`: the same class, and nearly the same size. */
export const CHANGE_KINDS = ['born', 'kept', 'reclassified', 'grew', 'shrank', 'died'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One label, compared with what it was in the round before. */
export interface Change {
  readonly kind: ChangeKind;
  /** Mask IoU of the two, 0..1; 0 for what was born or died. */
  readonly iou: number;
  /** Of this round; what died is named by the label of the round before. */
  readonly prediction: PredictionId;
  /** What it was; null for what was born or died. */
  readonly previous: PredictionId | null;
  /** Of `prediction`. */
  readonly category: CategoryId;
}

/**
 * Why a label may be wrong. `disagreement`: two rounds' models say different things of it; `split`: one object as two; `merged`: two as
 * one; `unlike-before`: another class than in the rounds before; `stray-pixels`: parts far from its body; `cut`: it ends in a straight
 * line at a border.
 */
export const SUSPICION_KINDS = ['disagreement', 'split', 'merged', 'unlike-before', 'stray-pixels', 'cut'] as const;
export type SuspicionKind = (typeof SUSPICION_KINDS)[number];

export interface Suspicion {
  readonly kind: SuspicionKind;
  /** 0..1: how likely that it is an error, to rank by; not a probability. */
  readonly strength: number;
  readonly prediction: PredictionId;
  /** The other prediction of the case, of this round or the one before; null where there is none. */
  readonly other: PredictionId | null;
}
