import type { CandidateSet, CategoryId, GroundTruth, Prediction } from '../core/index.ts';
import { decideFates, isKept } from './fates.ts';
import { ClusteredShare, type ShareInterval } from './interval.ts';
import { inCrowds, matchGreedily } from './matching.ts';
import type { Policy } from './policy.ts';

/** What a human label says of a prediction. */
export const Outcome = { noObject: 0, object: 1, crowd: 2 } as const;

/** The predictions of a model on a human-labeled image that it was not trained on. */
export interface CalibrationSet {
  readonly candidates: CandidateSet;
  /** (N) {@link Outcome} of each prediction. */
  readonly outcomes: Uint8Array;
  /** Objects of the image by category, without crowds. */
  readonly truths: ReadonlyMap<CategoryId, number>;
}

/**
 * Whether each prediction of an image is an object of its category: better scores choose first (ties in the order given), and each takes
 * the object that it overlaps most. What is no object but overlaps a crowd region counts neither for nor against.
 * @param iou least mask IoU with an object; of a crowd region, least share of the prediction inside it
 * @returns (N) {@link Outcome} in the order given
 */
export function outcomesOf(predictions: readonly Prediction[], truths: readonly GroundTruth[], iou = 0.5): Uint8Array {
  const order = predictions.map((_, at) => at).sort((a, b) => predictions[b].score - predictions[a].score || a - b);
  const objects = truths.filter(({ crowd }) => !crowd);
  const crowds = truths.filter(({ crowd }) => crowd);
  const outcomes = Uint8Array.from(inCrowds(predictions, crowds, iou), (isInCrowd) => (isInCrowd ? Outcome.crowd : Outcome.noObject));
  const ranked = order.map((at) => predictions[at]);
  for (const { left } of matchGreedily(ranked, objects, iou)) outcomes[order[left]] = Outcome.object;
  return outcomes;
}

/** What a policy may be expected to give, from what it gives on calibration images. */
export interface ExpectedQuality {
  /** Share of labels that are an object; null where there is no label. */
  readonly pseudoPrecision: ShareInterval | null;
  /** Share of objects that have a label; null where there is no object. */
  readonly pseudoRecall: ShareInterval | null;
  /** On the calibration images, without those that only a crowd region speaks for. */
  readonly labels: number;
  readonly truths: number;
  readonly matched: number;
}

export interface ExpectedQualities {
  readonly overall: ExpectedQuality;
  /** Categories with a label or an object, by id. */
  readonly byCategory: ReadonlyMap<CategoryId, ExpectedQuality>;
}

/**
 * Precision and recall that a policy may expect, with 95 % intervals that know that an image's objects are not independent. Where a rule
 * learned its thresholds from the same images, they are a little too good.
 */
export function expectedQuality(sets: Iterable<CalibrationSet>, policy: Policy): ExpectedQualities {
  const overall = new Tally();
  const byCategory = new Map<CategoryId, Tally>();
  for (const set of sets) {
    const counts = countByCategory(set, policy);
    for (const [category, count] of counts) tallyOf(byCategory, category).add(count);
    overall.add(sumOf(counts.values()));
  }
  const categories = [...byCategory].sort(([a], [b]) => a - b).map(([category, tally]) => [category, tally.quality()] as const);
  return { overall: overall.quality(), byCategory: new Map(categories) };
}

/** What was counted on one image. */
interface Counts {
  labels: number;
  matched: number;
  truths: number;
}

class Tally {
  readonly #precision = new ClusteredShare();
  readonly #recall = new ClusteredShare();

  add({ labels, matched, truths }: Counts): void {
    this.#precision.add(matched, labels);
    this.#recall.add(matched, truths);
  }

  quality(): ExpectedQuality {
    return {
      pseudoPrecision: this.#precision.interval(),
      pseudoRecall: this.#recall.interval(),
      labels: this.#precision.count,
      truths: this.#recall.count,
      matched: this.#precision.hits,
    };
  }
}

function tallyOf(tallies: Map<CategoryId, Tally>, category: CategoryId): Tally {
  const tally = tallies.get(category) ?? new Tally();
  tallies.set(category, tally);
  return tally;
}

// Outcomes are those of all predictions: one that is dropped may have been given the object that another would have got. That happens
// only where NMS across categories or a limit on masks drops the better-scored of two, and then precision and recall come out too low.
function countByCategory({ candidates, outcomes, truths }: CalibrationSet, policy: Policy): Map<CategoryId, Counts> {
  const counts = new Map<CategoryId, Counts>();
  for (const [category, count] of truths) counts.set(category, { labels: 0, matched: 0, truths: count });
  for (const [at, fate] of decideFates(candidates, policy, null).entries()) {
    if (!isKept(fate) || outcomes[at] === Outcome.crowd) continue;
    const category = candidates.categories[at] as CategoryId;
    const count = counts.get(category) ?? { labels: 0, matched: 0, truths: 0 };
    counts.set(category, count);
    count.labels++;
    if (outcomes[at] === Outcome.object) count.matched++;
  }
  return counts;
}

function sumOf(all: Iterable<Counts>): Counts {
  const sum = { labels: 0, matched: 0, truths: 0 };
  for (const { labels, matched, truths } of all) {
    sum.labels += labels;
    sum.matched += matched;
    sum.truths += truths;
  }
  return sum;
}
