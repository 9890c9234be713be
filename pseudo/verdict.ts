import { type CategoryId, type Prediction, type PredictionId, type Rle, rle } from '../core/index.ts';

/** A prediction that can be told from others. Ids grow from round to round. */
export interface Candidate extends Prediction {
  readonly id: PredictionId;
}

/** A person's decision: about one prediction, of this round or an earlier one, or against all of an image. */
export type Verdict =
  | {
      readonly of: 'prediction';
      readonly prediction: PredictionId;
      readonly category: CategoryId;
      readonly mask: Rle;
      readonly verdict: 'accepted' | 'rejected';
    }
  | { readonly of: 'image'; readonly verdict: 'rejected' };

type PredictionVerdict = Extract<Verdict, { of: 'prediction' }>;

/**
 * What people say of a prediction. `accepted` was said of this very prediction; `recognized` of one that is the same object.
 * `silent`: nothing, so the policy decides.
 */
export type Ruling = 'accepted' | 'recognized' | 'rejected' | 'silent';

/** From this mask IoU on, a prediction of the same category is the object that a verdict speaks of. */
export const SAME_OBJECT_IOU = 0.75;

/**
 * One ruling a prediction of an image. What was said of the prediction itself comes first; then what was said against the whole image;
 * then the verdict whose mask it overlaps most (of equal ones the later prediction's), so that a verdict outlives re-labeling.
 */
export function judge(candidates: readonly Candidate[], verdicts: readonly Verdict[]): Ruling[] {
  const wholeImage = verdicts.some((verdict) => verdict.of === 'image');
  const spoken = verdicts.filter((verdict) => verdict.of === 'prediction').sort((a, b) => b.prediction - a.prediction);
  const own = new Map(spoken.map(({ prediction, verdict }) => [prediction, verdict]));
  const overlaps = rle.iouMatrix(
    candidates.map(({ mask }) => mask),
    spoken.map(({ mask }) => mask),
    spoken.map(() => false),
  );
  return candidates.map((candidate, row) => {
    const said = own.get(candidate.id);
    if (said) return said;
    if (wholeImage) return 'rejected';
    return recognize(candidate, spoken, overlaps.subarray(row * spoken.length, (row + 1) * spoken.length));
  });
}

/** @param overlaps (V) mask IoU of the candidate with each verdict */
function recognize(candidate: Candidate, verdicts: readonly PredictionVerdict[], overlaps: Float64Array): Ruling {
  let best: PredictionVerdict | undefined;
  let bestIou = 0;
  for (const [at, verdict] of verdicts.entries()) {
    if (verdict.category !== candidate.category || overlaps[at] < SAME_OBJECT_IOU || overlaps[at] <= bestIou) continue;
    best = verdict;
    bestIou = overlaps[at];
  }
  if (!best) return 'silent';
  return best.verdict === 'accepted' ? 'recognized' : 'rejected';
}
