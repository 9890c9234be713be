import type { CandidateSet, CategoryId } from '../core/index.ts';
import { type Policy, thresholdOf } from './policy.ts';
import type { Ruling } from './verdict.ts';

export type KeptReason = 'score' | 'accepted';
export type DroppedReason =
  | 'empty-mask'
  | 'rejected'
  | 'replaced'
  | 'below-threshold'
  | 'unsure'
  | 'unstable'
  | 'too-small'
  | 'duplicate'
  | 'too-many';

/**
 * What becomes of a prediction, as a number. The first ones are kept; those up to `UNSURE` are in the order of precedence, in which
 * what goes first drops what repeats it.
 */
const ACCEPTED = 0;
const RECOGNIZED = 1;
const SURE = 2;
const UNSTABLE = 3;
const UNSURE = 4;
const EMPTY = 5;
const REJECTED = 6;
const REPLACED = 7;
const BELOW = 8;
const SMALL = 9;
const DUPLICATE = 10;
const TOO_MANY = 11;

const REASONS: readonly (KeptReason | DroppedReason)[] = [
  'accepted',
  'accepted',
  'score',
  'unstable',
  'unsure',
  'empty-mask',
  'rejected',
  'replaced',
  'below-threshold',
  'too-small',
  'duplicate',
  'too-many',
];

const FATE_OF_RULING: Readonly<Record<Exclude<Ruling, 'silent'>, number>> = {
  accepted: ACCEPTED,
  recognized: RECOGNIZED,
  rejected: REJECTED,
  replaced: REPLACED,
};

/** Number of different fates. */
export const FATES = REASONS.length;
export const isKept = (fate: number): boolean => fate <= SURE;
export const reasonOf = (fate: number): KeptReason | DroppedReason => REASONS[fate];

/** What `selectPseudoLabels` decides, as one number a prediction ({@link isKept}, {@link reasonOf}), for millions of them. */
export function decideFates(set: CandidateSet, policy: Policy, rulings: readonly Ruling[] | null): Uint8Array {
  const confidences = confidencesOf(set, policy);
  const fates = new Uint8Array(set.ids.length);
  const contenders: number[] = [];
  for (let at = 0; at < fates.length; at++) {
    fates[at] = ownFate(set, at, confidences[at], policy, rulings?.[at] ?? 'silent');
    if (fates[at] <= UNSURE) contenders.push(at);
  }
  contenders.sort((a, b) => fates[a] - fates[b] || confidences[b] - confidences[a] || a - b);
  takeGreedily(fates, contenders, rivalsOf(set, contenders, policy), policy.maxPerImage);
  return fates;
}

/** What thresholds compare: (N), 0..1. A mask without probabilities has its score alone. */
export function confidencesOf({ scores, maskProbabilities }: CandidateSet, { confidence }: Policy): Float64Array {
  if (confidence === 'score') return scores;
  return scores.map((score, at) => (Number.isNaN(maskProbabilities[at]) ? score : score * maskProbabilities[at]));
}

/** What becomes of a prediction, whatever else is in the image. */
function ownFate(set: CandidateSet, at: number, confidence: number, policy: Policy, ruling: Ruling): number {
  const areaPx2 = set.areasPx2[at];
  if (areaPx2 === 0) return EMPTY;
  if (ruling !== 'silent') return FATE_OF_RULING[ruling];
  const sure = confidence >= thresholdOf(policy, set.categories[at] as CategoryId);
  if (!sure && (policy.ignoreScore === null || confidence < policy.ignoreScore)) return BELOW;
  if (areaPx2 < policy.minAreaPx2) return SMALL;
  if (!sure) return UNSURE;
  return isPoor(set.maskStabilities[at], policy.minMaskStability) || isPoor(set.flipAgreements[at], policy.minFlipAgreement)
    ? UNSTABLE
    : SURE;
}

/** Measures are kept in single precision, so the limit is rounded likewise. What was not measured (NaN) is not poor. */
const isPoor = (measure: number, least: number | null): boolean => least !== null && measure < Math.fround(least);

/** Of each prediction, the pairs in which it goes second and would be a duplicate: a list that starts at `first` and goes on in `next`. */
interface Rivals {
  /** (N) index of a pair, or -1. */
  readonly first: Int32Array;
  /** (pairs) likewise. */
  readonly next: Int32Array;
  /** (pairs) which of the two goes first. */
  readonly winners: Uint32Array;
}

/** @param contenders predictions in the order of precedence */
function rivalsOf({ ids, categories, overlaps }: CandidateSet, contenders: readonly number[], policy: Policy): Rivals {
  const sameLimit = Math.fround(policy.maskNmsIou);
  const anyLimit = Math.fround(policy.crossCategoryIou);
  const ranks = new Int32Array(ids.length).fill(-1);
  for (let rank = 0; rank < contenders.length; rank++) ranks[contenders[rank]] = rank;
  const rivals = {
    first: new Int32Array(ids.length).fill(-1),
    next: new Int32Array(overlaps.iou.length),
    winners: new Uint32Array(overlaps.iou.length),
  };
  for (let pair = 0; pair < overlaps.iou.length; pair++) {
    const a = overlaps.first[pair];
    const b = overlaps.second[pair];
    const limit = categories[a] === categories[b] ? Math.min(sameLimit, anyLimit) : anyLimit;
    if (overlaps.iou[pair] <= limit || ranks[a] < 0 || ranks[b] < 0) continue;
    const [winner, loser] = ranks[a] < ranks[b] ? [a, b] : [b, a];
    rivals.winners[pair] = winner;
    rivals.next[pair] = rivals.first[loser];
    rivals.first[loser] = pair;
  }
  return rivals;
}

/** Greedy mask NMS over predictions in the order of precedence. What is unsure or unstable only asks whether it repeats a label. */
function takeGreedily(fates: Uint8Array, contenders: readonly number[], rivals: Rivals, maxPerImage: number): void {
  let sure = 0;
  for (const at of contenders) {
    if (fates[at] !== ACCEPTED && repeatsLabel(at, fates, rivals)) fates[at] = DUPLICATE;
    else if (fates[at] === SURE && sure++ >= maxPerImage) fates[at] = TOO_MANY;
  }
}

/** Whether one that goes first was kept: its own fate is sealed by now. */
function repeatsLabel(at: number, fates: Uint8Array, { first, next, winners }: Rivals): boolean {
  for (let pair = first[at]; pair >= 0; pair = next[pair]) if (isKept(fates[winners[pair]])) return true;
  return false;
}
