import { areaBands } from './area-bands.ts';
import { bandOfHits, type FoundTruths, type GroupMatches } from './group-matches.ts';
import { iouThresholds } from './matching.ts';
import { averagePrecisions, type ImageWeights, precisionCurves, recallPoints } from './precision.ts';

/**
 * COCO's twelve numbers, 0..1, of a category or as means over the categories that have truths: average precision and recall over IoU 0.50
 * to 0.95, and at 0.50 and 0.75, by size, and by the number of detections. Null where there is no truth to find (where pycocotools says -1).
 */
export interface CocoNumbers {
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly apSmall: number | null;
  readonly apMedium: number | null;
  readonly apLarge: number | null;
  readonly ar1: number | null;
  readonly ar10: number | null;
  readonly ar100: number | null;
  readonly arSmall: number | null;
  readonly arMedium: number | null;
  readonly arLarge: number | null;
}

/** The numbers of one category, and the truths that it has to find: those that are no crowd. */
export interface GroupNumbers extends CocoNumbers {
  readonly truths: number;
}

/** @param weights how many times each image counts. */
export function groupNumbers({ bands, found }: GroupMatches, weights: ImageWeights): GroupNumbers {
  const truths = truthsByBand(found, weights);
  const [all, small, medium, large] = bands.map((band, at) => (truths[at] === 0 ? [] : averagePrecisions(band, weights, truths[at])));
  const [ar1, ar10, ar100, arSmall, arMedium, arLarge] = bandOfHits.map((band, at) => {
    if (truths[band] === 0) return null;
    return weightedSum(found, weights, found.hits, at, bandOfHits.length) / (truths[band] * iouThresholds.length);
  });
  return {
    truths: truths[0],
    ap: mean(all),
    ap50: all[0] ?? null,
    ap75: all[5] ?? null,
    apSmall: mean(small),
    apMedium: mean(medium),
    apLarge: mean(large),
    ar1,
    ar10,
    ar100,
    arSmall,
    arMedium,
    arLarge,
  };
}

/** For each IoU threshold the precision at each recall point, under the band of all sizes; empty where there is no truth to find. */
export function groupCurves({ bands, found }: GroupMatches, weights: ImageWeights): readonly (readonly number[])[] {
  const [truths] = truthsByBand(found, weights);
  if (truths === 0) return [];
  const curves = precisionCurves(bands[0], weights, truths);
  const points = recallPoints.length;
  return iouThresholds.map((_, t) => [...curves.subarray(t * points, (t + 1) * points)]);
}

/** Mean of those that are known; null where none is. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  return mean(values.filter((value) => value !== null));
}

function mean(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

function truthsByBand(found: FoundTruths, weights: ImageWeights): number[] {
  return areaBands.map((_, band) => weightedSum(found, weights, found.truths, band, areaBands.length));
}

/** Sum of one column of a row-major table that has a row for each image. */
function weightedSum({ images }: FoundTruths, weights: ImageWeights, table: Uint32Array, column: number, columns: number): number {
  let sum = 0;
  for (let row = 0; row < images.length; row++) sum += weights[images[row]] * table[row * columns + column];
  return sum;
}
