import { type PredictionId, rle } from '../core/index.ts';
import { type Policy, thresholdOf } from './policy.ts';
import { type Candidate, judge, type Ruling, type Verdict } from './verdict.ts';

export type KeptReason = 'score' | 'accepted';
export type DroppedReason = 'empty-mask' | 'rejected' | 'below-threshold' | 'unsure' | 'too-small' | 'duplicate' | 'too-many';

/** What became of a prediction, and why. Weight 0..1 is that of its loss. What was dropped is background, but for what is `unsure`. */
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
 * Of what scores too little for that, what repeats nothing that was kept may still be an object: `unsure`.
 * A prediction that is only recognized as an accepted object may still be a repetition of it, one that was itself accepted never is.
 * @returns decisions by id
 */
export function selectPseudoLabels(predictions: readonly Candidate[], policy: Policy, verdicts: readonly Verdict[]): Decision[] {
  const rulings = judge(predictions, verdicts);
  const judged = predictions.map((candidate, at) => ({ candidate, ruling: rulings[at] }));
  const decisions: Decision[] = [];
  const eligible: Judged[] = [];
  const unsure: Candidate[] = [];
  for (const one of judged) {
    const reason = objection(one, policy);
    if (!reason) eligible.push(one);
    else if (reason === 'unsure') unsure.push(one.candidate);
    else decisions.push(dropped(one.candidate, reason));
  }
  eligible.sort(byPrecedence);
  const taken = takeGreedily(eligible, policy);
  const labels = eligible.flatMap(({ candidate }, at) => (taken[at].status === 'kept' ? [candidate] : []));
  return [...decisions, ...taken, ...setAside(unsure, labels, policy)].sort((a, b) => a.prediction - b.prediction);
}

/** Why a prediction is out, whatever else is in the image. */
function objection({ candidate, ruling }: Judged, policy: Policy): DroppedReason | undefined {
  const areaPx2 = rle.area(candidate.mask);
  if (areaPx2 === 0) return 'empty-mask';
  if (ruling === 'rejected') return 'rejected';
  if (ruling !== 'silent') return undefined;
  const sure = candidate.score >= thresholdOf(policy, candidate.category);
  if (!sure && (policy.ignoreScore === null || candidate.score < policy.ignoreScore)) return 'below-threshold';
  if (areaPx2 < policy.minAreaPx2) return 'too-small';
  return sure ? undefined : 'unsure';
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
    if (ruling !== 'accepted' && taken.some(repeats)) return dropped(candidate, 'duplicate');
    if (ruling === 'silent' && byScore++ >= policy.maxPerImage) return dropped(candidate, 'too-many');
    taken.push(at);
    return kept({ candidate, ruling }, policy);
  });
}

/** What a label says already is a duplicate. The others may repeat each other: what they hide together is the same. */
function setAside(unsure: readonly Candidate[], labels: readonly Candidate[], policy: Policy): Decision[] {
  const overlaps = rle.iouMatrix(
    unsure.map(({ mask }) => mask),
    labels.map(({ mask }) => mask),
    labels.map(() => false),
  );
  return unsure.map((candidate, row) => {
    const repeats = labels.some((label, column) => isDuplicate(candidate, label, overlaps[row * labels.length + column], policy));
    return dropped(candidate, repeats ? 'duplicate' : 'unsure');
  });
}

/** @param iou mask IoU of the two, 0..1 */
function isDuplicate(a: Candidate, b: Candidate, iou: number, { maskNmsIou, crossCategoryIou }: Policy): boolean {
  return iou > crossCategoryIou || (a.category === b.category && iou > maskNmsIou);
}

const dropped = ({ id }: Candidate, reason: DroppedReason): Decision => ({ prediction: id, status: 'dropped', reason });

function kept({ candidate, ruling }: Judged, { weight }: Policy): Decision {
  if (ruling !== 'silent') return { prediction: candidate.id, status: 'kept', reason: 'accepted', weight: 1 };
  return { prediction: candidate.id, status: 'kept', reason: 'score', weight: weight === 'score' ? candidate.score : 1 };
}
