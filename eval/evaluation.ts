import type { CategoryId, GroundTruth } from '../core/index.ts';
import { type BandScores, scoreBand } from './average-precision.ts';
import type { Detection, IouType } from './detection.ts';
import { type ImagePart, matchCategory } from './matching.ts';

export interface EvaluationImage {
  readonly truths: readonly GroundTruth[];
  readonly detections: readonly Detection[];
}

/** COCO's AP, 0..1, of one category; null where it has no truth to find (where pycocotools says -1). */
export interface CategoryEvaluation {
  readonly category: CategoryId;
  /** Truths to find: those that are no crowd. */
  readonly truths: number;
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  readonly apSmall: number | null;
  readonly apMedium: number | null;
  readonly apLarge: number | null;
  readonly ar100: number | null;
}

/** How many of an image's best detections of a category count for ar1, ar10, and for everything else. Ascending. */
export type MaxDetections = readonly [number, number, number];

/**
 * COCO's twelve numbers, 0..1: average precision and recall over IoU 0.50 to 0.95, and at 0.50 and 0.75, by size, and by the number of
 * detections. Means over the categories that have truths; null where none has.
 */
export interface Evaluation extends Omit<CategoryEvaluation, 'category'> {
  readonly maxDetections: MaxDetections;
  readonly ar1: number | null;
  readonly ar10: number | null;
  readonly arSmall: number | null;
  readonly arMedium: number | null;
  readonly arLarge: number | null;
  /** Precision at IoU 0.50 and recall 0, 0.01 to 1, mean over the categories that have truths; empty where none has. */
  readonly precision50: readonly number[];
  /** In the order of the categories that were asked for. */
  readonly perCategory: readonly CategoryEvaluation[];
}

/**
 * Measures detections against human labels as pycocotools' COCOeval does, equal to 1e-9.
 * Images must come in ascending order of their COCO id: among equal scores the earlier image goes first.
 * Truths and detections of other categories than the given ones are left out.
 * @param options.maxDetections COCO's [1, 10, 100] unless given.
 * @throws DATA_SIZE_MISMATCH where the masks of an image differ in size.
 */
export function evaluate(
  images: readonly EvaluationImage[],
  categories: readonly CategoryId[],
  iouType: IouType,
  options: { readonly maxDetections?: MaxDetections } = {},
): Evaluation {
  const maxDetections = options.maxDetections ?? [1, 10, 100];
  const parts = partsByCategory(images, maxDetections[2]);
  const scores = categories.map((category) => scoreCategory(category, parts.get(category) ?? [], iouType, maxDetections));
  return summarize(scores, maxDetections);
}

/** A category's scores by size band, and what only the band of all sizes has. */
interface CategoryScores {
  readonly category: CategoryId;
  readonly all: BandScores;
  readonly small: BandScores;
  readonly medium: BandScores;
  readonly large: BandScores;
  readonly ar1: number | null;
  readonly ar10: number | null;
}

/** Each category's share of every image that has some of it, with the detections that count, best first. */
function partsByCategory(images: readonly EvaluationImage[], limit: number): Map<CategoryId, ImagePart[]> {
  const parts = new Map<CategoryId, ImagePart[]>();
  for (const image of images) {
    for (const [category, { truths, detections }] of splitByCategory(image)) {
      const best = detections.sort((a, b) => b.score - a.score).slice(0, limit);
      const others = parts.get(category);
      if (others) others.push({ truths, detections: best });
      else parts.set(category, [{ truths, detections: best }]);
    }
  }
  return parts;
}

function splitByCategory(image: EvaluationImage): Map<CategoryId, { truths: GroundTruth[]; detections: Detection[] }> {
  const split = new Map<CategoryId, { truths: GroundTruth[]; detections: Detection[] }>();
  const partOf = (category: CategoryId): { truths: GroundTruth[]; detections: Detection[] } => {
    const part = split.get(category) ?? { truths: [], detections: [] };
    split.set(category, part);
    return part;
  };
  for (const truth of image.truths) partOf(truth.category).truths.push(truth);
  for (const detection of image.detections) partOf(detection.category).detections.push(detection);
  return split;
}

function scoreCategory(category: CategoryId, parts: readonly ImagePart[], iouType: IouType, limits: MaxDetections): CategoryScores {
  const matches = matchCategory(parts, iouType);
  const score = (band: number, limit: number): BandScores => scoreBand(matches, matches.bands[band], limit);
  return {
    category,
    all: score(0, limits[2]),
    small: score(1, limits[2]),
    medium: score(2, limits[2]),
    large: score(3, limits[2]),
    ar1: score(0, limits[0]).ar,
    ar10: score(0, limits[1]).ar,
  };
}

function summarize(scores: readonly CategoryScores[], maxDetections: MaxDetections): Evaluation {
  const mean = (value: (scores: CategoryScores) => number | null): number | null => meanOf(scores.map(value));
  return {
    maxDetections,
    truths: scores.reduce((sum, { all }) => sum + all.truths, 0),
    ap: mean(({ all }) => all.ap),
    ap50: mean(({ all }) => all.ap50),
    ap75: mean(({ all }) => all.ap75),
    apSmall: mean(({ small }) => small.ap),
    apMedium: mean(({ medium }) => medium.ap),
    apLarge: mean(({ large }) => large.ap),
    ar1: mean(({ ar1 }) => ar1),
    ar10: mean(({ ar10 }) => ar10),
    ar100: mean(({ all }) => all.ar),
    arSmall: mean(({ small }) => small.ar),
    arMedium: mean(({ medium }) => medium.ar),
    arLarge: mean(({ large }) => large.ar),
    precision50: meanCurve(scores.filter(({ all }) => all.truths > 0).map(({ all }) => all.precision50)),
    perCategory: scores.map(categoryEvaluation),
  };
}

function categoryEvaluation({ category, all, small, medium, large }: CategoryScores): CategoryEvaluation {
  return {
    category,
    truths: all.truths,
    ap: all.ap,
    ap50: all.ap50,
    ap75: all.ap75,
    apSmall: small.ap,
    apMedium: medium.ap,
    apLarge: large.ap,
    ar100: all.ar,
  };
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function meanCurve(curves: readonly Float64Array[]): number[] {
  if (curves.length === 0) return [];
  return Array.from(curves[0], (_, at) => curves.reduce((sum, curve) => sum + curve[at], 0) / curves.length);
}
