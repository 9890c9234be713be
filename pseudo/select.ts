import { type PredictionId, rle } from '../core/index.ts';
import { type Policy, thresholdOf } from './policy.ts';
import { type Candidate, judge, type Ruling, type Verdict } from './verdict.ts';

export type KeptReason = 'score' | 'accepted';
export type DroppedReason = 'empty-mask' | 'rejected' | 'below-threshold' | 'too-small' | 'duplicate' | 'too-many';

/** What became of a prediction, and why. Weight 0..1 is that of its loss. */
export type Decision =
  | { readonly prediction: PredictionId; readonly status: 'kept'; readonly reason: KeptReason; readonly weight: number }
  | { readonly prediction: PredictionId; readonly status: 'dropped'; readonly reason: DroppedReason };

interface Judged {
  readonly candidate: Candidate;
  readonly ruling: Ruling;
}

/**
 * Decides about each prediction of ONE image, exactly once; the order of predictions and of verdicts does not matter.
 * A verdict beats the policy; only an empty mask beats a verdict, for there is nothing to train on.
 * What remains is taken greedily: what people accepted, then by score (ties by id), each unless it repeats one that was taken.
 * A prediction that is only recognized as an accepted object may still be a repetition of it, one that was itself accepted never is.
 * @returns decisions by id
 */
export function selectPseudoLabels(predictions: readonly Candidate[], policy: Policy, verdicts: readonly Verdict[]): Decision[] {
  const rulings = judge(predictions, verdicts);
  const judged = predictions.map((candidate, at) => ({ candidate, ruling: rulings[at] }));
  const decisions: Decision[] = [];
  const eligible: Judged[] = [];
  for (const one of judged) {
    const reason = objection(one, policy);
    if (reason) decisions.push({ prediction: one.candidate.id, status: 'dropped', reason });
    else eligible.push(one);
  }
  decisions.push(...takeGreedily(eligible.sort(byPrecedence), policy));
  return decisions.sort((a, b) => a.prediction - b.prediction);
}

/** Why a prediction is out, whatever else is in the image. */
function objection({ candidate, ruling }: Judged, policy: Policy): DroppedReason | undefined {
  const areaPx2 = rle.area(candidate.mask);
  if (areaPx2 === 0) return 'empty-mask';
  if (ruling === 'rejected') return 'rejected';
  if (ruling !== 'silent') return undefined;
  if (candidate.score < thresholdOf(policy, candidate.category)) return 'below-threshold';
  return areaPx2 < policy.minAreaPx2 ? 'too-small' : undefined;
}

const PRECEDENCE: Readonly<Record<Ruling, number>> = { accepted: 0, recognized: 1, silent: 2, rejected: 3 };

function byPrecedence(a: Judged, b: Judged): number {
  return PRECEDENCE[a.ruling] - PRECEDENCE[b.ruling] || b.candidate.score - a.candidate.score || a.candidate.id - b.candidate.id;
}

/** Greedy mask NMS over predictions in the order of precedence. */
function takeGreedily(eligible: readonly Judged[], policy: Policy): Decision[] {
  const masks = eligible.map(({ candidate }) => candidate.mask);
  const overlaps = rle.iouMatrix(
    masks,
    masks,
    masks.map(() => false),
  );
  const taken: number[] = [];
  let byScore = 0;
  return eligible.map(({ candidate, ruling }, at) => {
    const repeats = (other: number) => isDuplicate(candidate, eligible[other].candidate, overlaps[at * masks.length + other], policy);
    if (ruling !== 'accepted' && taken.some(repeats)) return { prediction: candidate.id, status: 'dropped', reason: 'duplicate' };
    if (ruling === 'silent' && byScore++ >= policy.maxPerImage) return { prediction: candidate.id, status: 'dropped', reason: 'too-many' };
    taken.push(at);
    return kept({ candidate, ruling }, policy);
  });
}

/** @param iou mask IoU of the two, 0..1 */
function isDuplicate(a: Candidate, b: Candidate, iou: number, { maskNmsIou, crossCategoryIou }: Policy): boolean {
  return iou > crossCategoryIou || (a.category === b.category && iou > maskNmsIou);
}

function kept({ candidate, ruling }: Judged, { weight }: Policy): Decision {
  if (ruling !== 'silent') return { prediction: candidate.id, status: 'kept', reason: 'accepted', weight: 1 };
  return { prediction: candidate.id, status: 'kept', reason: 'score', weight: weight === 'score' ? candidate.score : 1 };
}
