import type { BandMatches } from './group-matches.ts';
import { iouThresholds } from './matching.ts';

/** Points of recall at which precision is read: 0, 0.01 to 1, as numpy's linspace computes them. */
export const recallPoints: readonly number[] = Array.from({ length: 101 }, (_, at) => (at === 100 ? 1 : at * 0.01));

/** How many times each image counts, by its place. */
export type ImageWeights = Uint32Array;

export const everyImageOnce = (images: number): ImageWeights => new Uint32Array(images).fill(1);

/**
 * Precision at each of T IoU thresholds and R recall points, (T, R) row-major, 0..1; 0 where recall never comes so far.
 * @param truths truths to find, by the same weights; 1 or more.
 */
export function precisionCurves(band: BandMatches, weights: ImageWeights, truths: number): Float64Array {
  const points = recallPoints.length;
  const curves = new Float64Array(iouThresholds.length * points);
  walkEnvelopes(band, weights, truths, (t, first, last, precision) => {
    curves.fill(precision, t * points + first, t * points + last + 1);
  });
  return curves;
}

/** Average precision at each IoU threshold: the means of what {@link precisionCurves} gives. */
export function averagePrecisions(band: BandMatches, weights: ImageWeights, truths: number): readonly number[] {
  const sums = iouThresholds.map(() => 0);
  walkEnvelopes(band, weights, truths, (t, first, last, precision) => {
    sums[t] += precision * (last - first + 1);
  });
  return sums.map((sum) => sum / recallPoints.length);
}

/** Recall points, both ends in, at which a curve has the same precision. */
type VisitStretch = (threshold: number, firstPoint: number, lastPoint: number, precision: number) => void;

/**
 * Goes from the lowest score up, so that the best precision so far is what the recall points between two hits read. A detection of an image
 * that counts m times stands for a block of m, and precision is read at the block's end, where it is highest.
 */
function walkEnvelopes(band: BandMatches, weights: ImageWeights, truths: number, visit: VisitStretch): void {
  const { hits, ignored, ...totals } = tally(band, weights);
  let { all } = totals;
  const last = hits.map((count) => lastPointWithin(count / truths));
  const best = iouThresholds.map(() => 0);
  for (let at = band.images.length - 1; at >= 0; at--) {
    const weight = weights[band.images[at]];
    if (weight === 0) continue;
    for (let bits = band.hits[at]; bits !== 0; bits &= bits - 1) {
      const t = lowestBit(bits);
      // pycocotools adds one spacing of 1.0 against division by zero; it shows in the last bit of the first hit.
      best[t] = Math.max(best[t], hits[t] / (all - ignored[t] + Number.EPSILON));
      hits[t] -= weight;
      const before = hits[t] === 0 ? -1 : lastPointWithin(hits[t] / truths);
      if (before < last[t]) visit(t, before + 1, last[t], best[t]);
      last[t] = before;
    }
    for (let bits = band.ignored[at]; bits !== 0; bits &= bits - 1) ignored[lowestBit(bits)] -= weight;
    all -= weight;
  }
}

/** Weights of all detections together; and of the hits and of the ignored ones at each of T thresholds. */
interface Tally {
  readonly all: number;
  readonly hits: number[]; // (T)
  readonly ignored: number[]; // (T)
}

function tally({ images, hits, ignored }: BandMatches, weights: ImageWeights): Tally {
  const sums = { hits: iouThresholds.map(() => 0), ignored: iouThresholds.map(() => 0) };
  let all = 0;
  for (let at = 0; at < images.length; at++) {
    const weight = weights[images[at]];
    if (weight === 0) continue;
    for (let bits = hits[at]; bits !== 0; bits &= bits - 1) sums.hits[lowestBit(bits)] += weight;
    for (let bits = ignored[at]; bits !== 0; bits &= bits - 1) sums.ignored[lowestBit(bits)] += weight;
    all += weight;
  }
  return { all, ...sums };
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** The last point that a recall of 0..1 reaches. */
function lastPointWithin(recall: number): number {
  let point = Math.ceil(recall * (recallPoints.length - 1));
  while (recallPoints[point] > recall) point--;
  return point;
}
