import { type BandMatches, type CategoryMatches, iouThresholds } from './matching.ts';

/** Points of recall at which precision is read: 0, 0.01 to 1, as numpy's linspace computes them. */
const recallPoints: readonly number[] = Array.from({ length: 101 }, (_, at) => (at === 100 ? 1 : at * 0.01));

/** One category under one band of areas; null where there is no truth to find. */
export interface BandScores {
  readonly truths: number;
  /** Mean precision over all IoU thresholds and recall points. */
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  /** Mean over the IoU thresholds of the share of truths that were found. */
  readonly ar: number | null;
  /** Precision at IoU 0.50 at each recall point. */
  readonly precision50: Float64Array; // (101)
}

/** Average precision and recall, where only the first `limit` detections of each image count. */
export function scoreBand(matches: CategoryMatches, band: BandMatches, limit: number): BandScores {
  const { truths } = band;
  if (truths === 0) return { truths, ap: null, ap50: null, ap75: null, ar: null, precision50: new Float64Array() };
  const curves = iouThresholds.map((_, t) => precisionCurve(matches, band, limit, 1 << t));
  return {
    truths,
    ap: mean(curves.map(({ precision }) => mean(precision))),
    ap50: mean(curves[0].precision),
    ap75: mean(curves[5].precision),
    ar: mean(curves.map(({ recall }) => recall)),
    precision50: curves[0].precision,
  };
}

/** Precision at each recall point at one IoU threshold, and the recall that was reached. */
interface Curve {
  readonly precision: Float64Array; // (101)
  readonly recall: number;
}

function precisionCurve({ order, ranks }: CategoryMatches, band: BandMatches, limit: number, bit: number): Curve {
  // Precision falls between two hits, so the hits alone make the envelope.
  const atHit = new Float64Array(band.truths);
  let hits = 0;
  let misses = 0;
  for (const detection of order) {
    if (ranks[detection] >= limit || band.ignored[detection] & bit) continue;
    if ((band.matched[detection] & bit) === 0) misses++;
    else {
      hits++;
      // pycocotools adds one spacing of 1.0 against division by zero; it shows in the last bit of the first hit.
      atHit[hits - 1] = hits / (misses + hits + Number.EPSILON);
    }
  }
  for (let hit = hits - 1; hit > 0; hit--) atHit[hit - 1] = Math.max(atHit[hit - 1], atHit[hit]);
  return { precision: readAtRecalls(atHit.subarray(0, hits), band.truths), recall: hits / band.truths };
}

/** The precision of the first hit whose recall reaches each point; 0 where recall never does. */
function readAtRecalls(atHit: Float64Array, truths: number): Float64Array {
  const precision = new Float64Array(recallPoints.length);
  let hit = 0;
  for (let point = 0; point < recallPoints.length; point++) {
    while (hit < atHit.length && (hit + 1) / truths < recallPoints[point]) hit++;
    if (hit === atHit.length) break;
    precision[point] = atHit[hit];
  }
  return precision;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}
