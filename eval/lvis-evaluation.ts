import type { CategoryId } from '../core/index.ts';
import type { IouType } from './detection.ts';
import { type Frequency, type LvisCategory, type LvisImage, type LvisMatches, matchLvisImages } from './lvis-matches.ts';
import { type CocoNumbers, type GroupNumbers, groupNumbers, meanOfKnown } from './numbers.ts';
import { everyImageOnce, type ImageWeights } from './precision.ts';

/** What LVIS says of one category, 0..1: COCO's numbers with the best 300 detections of an image. Null where there is no truth to find. */
export interface LvisCategoryNumbers extends Omit<CocoNumbers, 'ar1' | 'ar10' | 'ar100'> {
  readonly ar300: number | null;
}

/** LVIS's thirteen numbers, as means over the categories that have truths, and over the rare, common and frequent ones of these. */
export interface LvisNumbers extends LvisCategoryNumbers {
  readonly apRare: number | null;
  readonly apCommon: number | null;
  readonly apFrequent: number | null;
}

export interface LvisCategoryEvaluation extends LvisCategoryNumbers {
  readonly category: CategoryId;
  readonly frequency: Frequency;
  readonly truths: number;
}

export interface LvisEvaluation extends LvisNumbers {
  /** Truths to find, of all categories. */
  readonly truths: number;
  /** In the order of the categories that were asked for. */
  readonly perCategory: readonly LvisCategoryEvaluation[];
}

/**
 * Measures detections against federated human labels as lvis-api does, equal to 1e-9; what {@link matchLvisImages} and then
 * {@link summarizeLvis} do.
 * @throws DATA_SIZE_MISMATCH where the masks of an image differ in size.
 */
export function evaluateLvis(images: Iterable<LvisImage>, categories: readonly LvisCategory[], iouType: IouType): LvisEvaluation {
  return summarizeLvis(matchLvisImages(images, categories, iouType));
}

/** LVIS's numbers of matched images. */
export function summarizeLvis(matches: LvisMatches): LvisEvaluation {
  const perCategory = categoryEvaluations(matches, everyImageOnce(matches.images));
  return { truths: perCategory.reduce((sum, { truths }) => sum + truths, 0), ...meanNumbers(perCategory), perCategory };
}

/** LVIS's thirteen numbers where each image counts as often as its weight says. */
export function lvisNumbers(matches: LvisMatches, weights: ImageWeights): LvisNumbers {
  return meanNumbers(categoryEvaluations(matches, weights));
}

function categoryEvaluations({ categories, groups }: LvisMatches, weights: ImageWeights): LvisCategoryEvaluation[] {
  return categories.map(({ id, frequency }, at) => ({ category: id, frequency, ...withoutCocoRecalls(groupNumbers(groups[at], weights)) }));
}

function withoutCocoRecalls({
  ar1: _first,
  ar10: _second,
  ar100,
  ...numbers
}: GroupNumbers): LvisCategoryNumbers & { readonly truths: number } {
  return { ...numbers, ar300: ar100 };
}

function meanNumbers(categories: readonly LvisCategoryEvaluation[]): LvisNumbers {
  const mean = (metric: keyof LvisCategoryNumbers): number | null => meanOfKnown(categories.map((numbers) => numbers[metric]));
  const apOf = (wanted: Frequency): number | null =>
    meanOfKnown(categories.filter(({ frequency }) => frequency === wanted).map(({ ap }) => ap));
  return {
    ap: mean('ap'),
    ap50: mean('ap50'),
    ap75: mean('ap75'),
    apSmall: mean('apSmall'),
    apMedium: mean('apMedium'),
    apLarge: mean('apLarge'),
    apRare: apOf('rare'),
    apCommon: apOf('common'),
    apFrequent: apOf('frequent'),
    ar300: mean('ar300'),
    arSmall: mean('arSmall'),
    arMedium: mean('arMedium'),
    arLarge: mean('arLarge'),
  };
}
