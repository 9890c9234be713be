import { derivedSeed, stream, type TrainingImage } from '../core/index.ts';
import { permuted } from './permutation.ts';

/** Which picture of a list a visit shows: 0 is the first of the training. */
export type VisitOrder = (visit: number) => number;

/** Visits each of `count` pictures once an epoch, in an order of its own. */
export function plainOrder(count: number, seed: number): VisitOrder {
  return (visit) => {
    const epoch = Math.floor(visit / count);
    return permuted(visit % count, count, derivedSeed(seed, 'epoch', epoch));
  };
}

/**
 * Visits each picture as often as its repeat factor says, rounded up or down by chance so that the average over epochs is right: an epoch
 * has as many places as the factors sum to, rounded up, laid evenly over them from a random start of its own (systematic sampling).
 * Rounding up makes all factors a little larger in short lists, and no picture is ever left out.
 */
export function repeatedOrder(factors: readonly number[], seed: number): VisitOrder {
  const ends = runningSums(factors);
  const total = ends[ends.length - 1];
  const places = Math.ceil(total);
  return (visit) => {
    const epoch = Math.floor(visit / places);
    const place = permuted(visit % places, places, derivedSeed(seed, 'epoch', epoch));
    const start = stream(seed, 'epoch-start', epoch).next();
    return firstAbove(ends, ((place + start) * total) / places);
  };
}

/**
 * How often each picture is shown, 1 or more (Gupta et al., "LVIS", 2019, section 4): for a class that is in the share f of the pictures,
 * max(1, sqrt(threshold / f)); for a picture, the largest of its classes.
 */
export function repeatFactors(pictures: readonly TrainingImage[], threshold: number): number[] {
  const classes = pictures.map(({ instances }) => new Set(instances.map(({ classIndex }) => classIndex)));
  const seen = new Map<number, number>();
  for (const present of classes) for (const index of present) seen.set(index, (seen.get(index) ?? 0) + 1);
  const factorOf = (index: number) => Math.sqrt((threshold * pictures.length) / (seen.get(index) ?? 1));
  return classes.map((present) => Math.max(1, ...[...present].map(factorOf)));
}

function runningSums(values: readonly number[]): Float64Array {
  const sums = Float64Array.from(values);
  for (let at = 1; at < sums.length; at++) sums[at] += sums[at - 1];
  return sums;
}

/** Index of the first of ascending values that is above `value`; the last where none is. */
function firstAbove(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
