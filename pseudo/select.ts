import type { CandidateSet, PredictionId } from '../core/index.ts';
import { type DroppedReason, decideFates, type KeptReason, reasonOf } from './fates.ts';
import type { Policy } from './policy.ts';
import type { Ruling } from './verdict.ts';

/**
 * What became of a prediction, and why. Weight 0..1 is that of its loss. What was dropped is background, but for what is `unsure` or
 * `unstable`: neither object nor background.
 */
export type Decision =
  | { readonly prediction: PredictionId; readonly status: 'kept'; readonly reason: KeptReason; readonly weight: number }
  | { readonly prediction: PredictionId; readonly status: 'dropped'; readonly reason: DroppedReason };

/**
 * Decides about each prediction of ONE image, exactly once. A verdict beats the policy; only an empty mask beats a verdict, for there is
 * nothing to train on. What remains is taken greedily: what people accepted, then by confidence (ties by id), each unless it repeats one
 * that was taken. What was confident enough but for its mask, or nearly so, and repeats nothing that was kept, may still be an object:
 * `unstable`, `unsure`. A prediction that is only recognized as an accepted object may still be a repetition of it, one that was itself
 * accepted never is.
 * @param rulings one a prediction, in the order of the set; null where nobody said anything about the image
 * @returns decisions by id
 */
export function selectPseudoLabels(set: CandidateSet, policy: Policy, rulings: readonly Ruling[] | null): Decision[] {
  const fates = decideFates(set, policy, rulings);
  const decisions: Decision[] = [];
  for (let at = 0; at < fates.length; at++) {
    const prediction = set.ids[at] as PredictionId;
    const reason = reasonOf(fates[at]);
    if (reason === 'accepted') decisions.push({ prediction, status: 'kept', reason, weight: 1 });
    else if (reason === 'score')
      decisions.push({ prediction, status: 'kept', reason, weight: policy.weight === 'score' ? set.scores[at] : 1 });
    else decisions.push({ prediction, status: 'dropped', reason });
  }
  return decisions;
}
