import { type CategoryId, type Prediction, type PredictionId, type Rle, rle, type VerdictId } from '../core/index.ts';
import type { Policy } from './policy.ts';

/** A prediction that can be told from others. Ids grow from round to round. */
export interface Candidate extends Prediction {
  readonly id: PredictionId;
}

/** What is recognized again: a place, and what is said to be there. */
interface Spot {
  readonly category: CategoryId;
  readonly mask: Rle;
}

/** A person's word on one prediction, of this round or an earlier one; `category` and `mask` are the prediction's. */
type PredictionVerdict = Spot & {
  readonly of: 'prediction';
  readonly id: VerdictId;
  readonly prediction: PredictionId;
  /** Of the prediction. */
  readonly round: number;
} & ({ readonly verdict: 'accepted' | 'rejected' } | { readonly verdict: 'corrected'; readonly correction: Spot });

/** A person's standing decision: on a prediction, an object that a person drew, or against all of an image. Later ones have larger ids. */
export type Verdict =
  | PredictionVerdict
  | { readonly of: 'drawn'; readonly id: VerdictId; readonly verdict: 'drawn' | 'corrected'; readonly correction: Spot }
  | { readonly of: 'image'; readonly id: VerdictId; readonly verdict: 'rejected' };

/**
 * What people say of a prediction. `accepted` was said of this very prediction; `recognized` of one that is the same object.
 * `replaced`: a person's drawing stands for the object. `silent`: nothing, so the policy decides.
 */
export type Ruling = 'accepted' | 'recognized' | 'rejected' | 'replaced' | 'silent';

/** What verdicts make of an image. */
export interface ImageRulings {
  /** One a prediction, in their order. */
  readonly rulings: readonly Ruling[];
  /** Verdicts whose drawings are labels of the image, whatever is predicted; by id. */
  readonly drawn: readonly VerdictId[];
}

/** From this mask IoU on, a prediction of the same category is the object that a verdict speaks of. */
export const SAME_OBJECT_IOU = 0.75;

/**
 * What verdicts say of the predictions of an image, and which drawings are its labels. What was said of a prediction itself comes first;
 * then what was said against the whole image; then the drawings that the policy's NMS would not let it stand beside; then the verdict
 * whose mask it overlaps most (of equal ones the later), so that a verdict outlives re-labeling. Where verdicts of several rounds speak of
 * one object, the last word alone counts; those of one round are of different predictions, seen side by side.
 */
export function judge(candidates: readonly Candidate[], verdicts: readonly Verdict[], policy: OverlapLimits): ImageRulings {
  const wholeImage = verdicts.some((verdict) => verdict.of === 'image');
  const spoken = lastWords(verdicts.filter((verdict) => verdict.of === 'prediction'));
  const own = new Map(spoken.map((verdict) => [verdict.prediction, verdict]));
  const drawings = [...verdicts.filter(({ of }) => of === 'drawn'), ...spoken].flatMap((verdict) =>
    'correction' in verdict ? [verdict] : [],
  );
  const corrections = drawings.map(({ correction }) => correction);
  const toDrawings = overlapRows(candidates, corrections);
  const toSpoken = overlapRows(candidates, spoken);
  const ruling = (candidate: Candidate, row: number): Ruling => {
    const said = own.get(candidate.id);
    if (said) return said.verdict === 'corrected' ? 'replaced' : said.verdict;
    if (wholeImage) return 'rejected';
    if (isDrawn(candidate, corrections, toDrawings[row], policy)) return 'replaced';
    return recognize(candidate, spoken, toSpoken[row]);
  };
  return { rulings: candidates.map(ruling), drawn: drawings.map(({ id }) => id).sort((a, b) => a - b) };
}

/** The newest first, without those of an object that a later one speaks of, in its prediction of another round. */
function lastWords(verdicts: readonly PredictionVerdict[]): PredictionVerdict[] {
  const newest = verdicts.toSorted((a, b) => b.id - a.id);
  const overlaps = overlapRows(newest, newest);
  return newest.filter(
    ({ category, round }, at) =>
      !newest
        .slice(0, at)
        .some((later, row) => later.round !== round && later.category === category && overlaps[at][row] >= SAME_OBJECT_IOU),
  );
}

type OverlapLimits = Pick<Policy, 'maskNmsIou' | 'crossCategoryIou'>;

/** @param ious mask IoU of the candidate with each drawing */
function isDrawn({ category }: Spot, drawings: readonly Spot[], ious: Float64Array, { maskNmsIou, crossCategoryIou }: OverlapLimits) {
  return drawings.some((drawing, at) => ious[at] > crossCategoryIou || (drawing.category === category && ious[at] > maskNmsIou));
}

/** @param ious mask IoU of the candidate with each verdict's prediction */
function recognize(candidate: Spot, verdicts: readonly PredictionVerdict[], ious: Float64Array): Ruling {
  let best: PredictionVerdict | undefined;
  let bestIou = 0;
  for (const [at, verdict] of verdicts.entries()) {
    if (verdict.category !== candidate.category || ious[at] < SAME_OBJECT_IOU || ious[at] <= bestIou) continue;
    best = verdict;
    bestIou = ious[at];
  }
  return best ? RECOGNIZED[best.verdict] : 'silent';
}

const RECOGNIZED = { accepted: 'recognized', rejected: 'rejected', corrected: 'replaced' } as const;

/** Mask IoU of each candidate with each spot: a row a candidate. */
function overlapRows(candidates: readonly Spot[], spots: readonly Spot[]): Float64Array[] {
  const matrix = rle.iouMatrix(
    candidates.map(({ mask }) => mask),
    spots.map(({ mask }) => mask),
    spots.map(() => false),
  );
  return candidates.map((_, row) => matrix.subarray(row * spots.length, (row + 1) * spots.length));
}
