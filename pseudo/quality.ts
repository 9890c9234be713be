import { type CategoryId, type GroundTruth, type Prediction, rle } from '../core/index.ts';
import { matchGreedily } from './matching.ts';

/** The pseudo-labels of an image, and what a person says is on it. */
export interface JudgedImage {
  readonly labels: readonly Prediction[];
  readonly truths: readonly GroundTruth[];
}

/** How good pseudo-labels are where the truth is known after all. A share of nothing is null. */
export interface Quality {
  /** Share of pseudo-labels that are an object, 0..1. */
  readonly pseudoPrecision: number | null;
  /** Share of objects that have a pseudo-label, 0..1. */
  readonly pseudoRecall: number | null;
  /** Mean mask IoU of the pseudo-labels that are an object, 0..1. */
  readonly meanMaskIou: number | null;
  readonly labels: number;
  readonly truths: number;
  readonly matched: number;
}

export interface PseudoQuality {
  readonly overall: Quality;
  /** Categories with a pseudo-label or an object, by id. */
  readonly byCategory: ReadonlyMap<CategoryId, Quality>;
}

/**
 * Precision and recall of pseudo-labels at a mask IoU. In an image, better scores choose first, and each takes the object of its
 * category that it overlaps most. A pseudo-label that matches only a crowd region counts neither for nor against.
 */
export function pseudoQuality(images: Iterable<JudgedImage>, iou = 0.5): PseudoQuality {
  const tallies = new Map<CategoryId, Tally>();
  const tallyOf = (category: CategoryId): Tally => {
    const tally = tallies.get(category) ?? { labels: 0, truths: 0, matched: 0, iouSum: 0 };
    tallies.set(category, tally);
    return tally;
  };
  for (const image of images) countImage(image, iou, tallyOf);
  const byCategory = [...tallies].sort(([a], [b]) => a - b).map(([category, tally]) => [category, qualityOf(tally)] as const);
  return { overall: qualityOf(total(tallies.values())), byCategory: new Map(byCategory) };
}

interface Tally {
  labels: number;
  truths: number;
  matched: number;
  iouSum: number;
}

function countImage({ labels, truths }: JudgedImage, iou: number, tallyOf: (category: CategoryId) => Tally): void {
  const ranked = labels.toSorted((a, b) => b.score - a.score);
  const objects = truths.filter(({ crowd }) => !crowd);
  const crowds = truths.filter(({ crowd }) => crowd);
  const matches = new Map(matchGreedily(ranked, objects, iou).map((match) => [match.left, match]));
  for (const { category } of objects) tallyOf(category).truths++;
  for (const [at, label] of ranked.entries()) {
    const match = matches.get(at);
    if (!match && isInCrowd(label, crowds, iou)) continue;
    const tally = tallyOf(label.category);
    tally.labels++;
    if (!match) continue;
    tally.matched++;
    tally.iouSum += match.iou;
  }
}

function isInCrowd({ category, mask }: Prediction, crowds: readonly GroundTruth[], iou: number): boolean {
  const own = crowds.filter((crowd) => crowd.category === category).map((crowd) => crowd.mask);
  const overlaps = rle.iouMatrix(
    [mask],
    own,
    own.map(() => true),
  );
  return overlaps.some((overlap) => overlap >= iou);
}

function total(tallies: Iterable<Tally>): Tally {
  const sum = { labels: 0, truths: 0, matched: 0, iouSum: 0 };
  for (const { labels, truths, matched, iouSum } of tallies) {
    sum.labels += labels;
    sum.truths += truths;
    sum.matched += matched;
    sum.iouSum += iouSum;
  }
  return sum;
}

function qualityOf({ labels, truths, matched, iouSum }: Tally): Quality {
  return {
    pseudoPrecision: labels > 0 ? matched / labels : null,
    pseudoRecall: truths > 0 ? matched / truths : null,
    meanMaskIou: matched > 0 ? iouSum / matched : null,
    labels,
    truths,
    matched,
  };
}
