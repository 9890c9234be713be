import { badValue, type Rng, stream } from '../core/index.ts';
import { cocoNumbers } from './evaluation.ts';
import { type LvisNumbers, lvisNumbers } from './lvis-evaluation.ts';
import type { LvisMatches } from './lvis-matches.ts';
import type { CocoMatches } from './matches.ts';
import type { CocoNumbers } from './numbers.ts';
import { everyImageOnce, type ImageWeights } from './precision.ts';

/** As wide as the range that holds the middle 95 % of the resampled numbers. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** For each number its interval; null where no resample had a truth to find. */
export type Intervals<Numbers> = { readonly [Metric in keyof Numbers]: Interval | null };

export interface BootstrapOptions {
  /** 2 or more; 1000 unless given. */
  readonly resamples?: number;
  /** The same seed gives the same intervals; 0 unless given. */
  readonly seed?: number;
}

/**
 * 95 % intervals of the headline numbers: how much they would vary with other images of the same kind. As many images as there are get
 * drawn with replacement, again and again, and the numbers are read anew (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
 * chapter 13). Nothing is matched again: an image that is drawn m times counts m times. Equal scores in one image keep together over its
 * copies, where really copied files would take turns.
 *
 * Resamples show fewer distinct images, and where categories have few truths AP leans upwards with fewer. That bias, the mean of the
 * resampled numbers less the number itself (chapter 10), is taken off both ends of the percentile interval, which would else lie high and
 * could even miss the number that it is about. Ends stay within 0..1.
 * @throws BAD_VALUE where `resamples` is no integer of 2 or more.
 */
export function bootstrap(matches: CocoMatches, options?: BootstrapOptions): Intervals<CocoNumbers>;
export function bootstrap(matches: LvisMatches, options?: BootstrapOptions): Intervals<LvisNumbers>;
export function bootstrap(
  matches: CocoMatches | LvisMatches,
  { resamples = 1000, seed = 0 }: BootstrapOptions = {},
): Intervals<CocoNumbers> | Intervals<LvisNumbers> {
  if (!Number.isSafeInteger(resamples) || resamples < 2) throw badValue('resamples', 'an integer of 2 or more', resamples);
  const resampled = <Numbers>(numbersOf: (weights: ImageWeights) => Numbers): Numbers[] =>
    Array.from({ length: resamples }, (_, resample) => numbersOf(drawImages(matches.images, stream(seed, 'bootstrap', resample))));
  return matches.protocol === 'coco'
    ? intervalsOf(
        cocoNumbers(matches, everyImageOnce(matches.images)),
        resampled((weights) => cocoNumbers(matches, weights)),
      )
    : intervalsOf(
        lvisNumbers(matches, everyImageOnce(matches.images)),
        resampled((weights) => lvisNumbers(matches, weights)),
      );
}

/** How often each of N images comes up when N are drawn with replacement. */
function drawImages(images: number, rng: Rng): ImageWeights {
  const weights = new Uint32Array(images);
  for (let draw = 0; draw < images; draw++) weights[rng.integer(images)]++;
  return weights;
}

function intervalsOf<Numbers extends { readonly [Metric in keyof Numbers]: number | null }>(
  plain: Numbers,
  samples: readonly Numbers[],
): Intervals<Numbers> {
  const metrics = Object.keys(plain) as (keyof Numbers)[];
  const interval = (metric: keyof Numbers) =>
    intervalOf(
      plain[metric],
      samples.map((sample) => sample[metric]),
    );
  return Object.fromEntries(metrics.map((metric) => [metric, interval(metric)])) as Intervals<Numbers>;
}

function intervalOf(plain: number | null, resampled: readonly (number | null)[]): Interval | null {
  const sorted = Float64Array.from(resampled.filter((value) => value !== null)).sort();
  if (plain === null || sorted.length === 0) return null;
  const bias = sorted.reduce((sum, value) => sum + value, 0) / sorted.length - plain;
  const end = (fraction: number) => Math.min(1, Math.max(0, quantile(sorted, fraction) - bias));
  return { low: end(0.025), high: end(0.975) };
}

/** Between the two nearest values in proportion, as numpy's quantile has it. */
function quantile(sorted: Float64Array, fraction: number): number {
  const place = fraction * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}
