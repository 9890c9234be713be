import type { CategoryId } from '../core/index.ts';
import type { IouType } from './detection.ts';
import type { MaxDetections } from './group-matches.ts';
import { type CocoMatches, type EvaluationImage, type EvaluationOptions, matchImages } from './matches.ts';
import { type CocoNumbers, type GroupNumbers, groupCurves, groupNumbers, meanOfKnown } from './numbers.ts';
import { everyImageOnce, type ImageWeights } from './precision.ts';

/** COCO's numbers of one category; null where it has no truth to find. */
export interface CategoryEvaluation extends CocoNumbers {
  readonly category: CategoryId;
  /** Truths to find: those that are no crowd. */
  readonly truths: number;
}

/** COCO's numbers as means over the categories that have truths; null where none has. */
export interface Evaluation extends CocoNumbers {
  readonly maxDetections: MaxDetections;
  /** Truths to find, of all categories. */
  readonly truths: number;
  /** Precision at IoU 0.50 and recall 0, 0.01 to 1, mean over the categories that have truths; empty where none has. */
  readonly precision50: readonly number[];
  /** In the order of the categories that were asked for; empty where they were not told apart. */
  readonly perCategory: readonly CategoryEvaluation[];
}

/**
 * Measures detections against human labels as pycocotools' COCOeval does, equal to 1e-9; what {@link matchImages} and then
 * {@link summarize} do. For confidence intervals and curves call these two, and `bootstrap` or `precisionRecall` on the matches.
 * @throws DATA_SIZE_MISMATCH where the masks of an image differ in size.
 */
export function evaluate(
  images: Iterable<EvaluationImage>,
  categories: readonly CategoryId[],
  iouType: IouType,
  options: EvaluationOptions = {},
): Evaluation {
  return summarize(matchImages(images, categories, iouType, options));
}

/** COCO's numbers of matched images. */
export function summarize(matches: CocoMatches): Evaluation {
  const weights = everyImageOnce(matches.images);
  const groups = matches.groups.map((group) => groupNumbers(group, weights));
  return {
    maxDetections: matches.maxDetections,
    truths: groups.reduce((sum, { truths }) => sum + truths, 0),
    ...meanNumbers(groups),
    precision50: meanCurve50(matches, weights),
    perCategory: matches.categories.map((category, at) => ({ category, ...groups[at] })),
  };
}

/** COCO's twelve numbers where each image counts as often as its weight says. */
export function cocoNumbers({ groups }: CocoMatches, weights: ImageWeights): CocoNumbers {
  return meanNumbers(groups.map((group) => groupNumbers(group, weights)));
}

function meanNumbers(groups: readonly GroupNumbers[]): CocoNumbers {
  const mean = (metric: keyof CocoNumbers): number | null => meanOfKnown(groups.map((numbers) => numbers[metric]));
  return {
    ap: mean('ap'),
    ap50: mean('ap50'),
    ap75: mean('ap75'),
    apSmall: mean('apSmall'),
    apMedium: mean('apMedium'),
    apLarge: mean('apLarge'),
    ar1: mean('ar1'),
    ar10: mean('ar10'),
    ar100: mean('ar100'),
    arSmall: mean('arSmall'),
    arMedium: mean('arMedium'),
    arLarge: mean('arLarge'),
  };
}

function meanCurve50({ groups }: CocoMatches, weights: ImageWeights): number[] {
  const curves = groups.map((group) => groupCurves(group, weights)).flatMap(([first]) => (first === undefined ? [] : [first]));
  if (curves.length === 0) return [];
  return curves[0].map((_, at) => curves.reduce((sum, curve) => sum + curve[at], 0) / curves.length);
}
