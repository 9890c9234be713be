import { type CategoryId, type GroundTruth, type Prediction, rle } from '../core/index.ts';
import { inCrowds, matchGreedily } from './matching.ts';

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
  /** Pseudo-labels that are an object. */
  readonly matched: number;
  readonly truths: number;
  /** Objects that have a pseudo-label. */
  readonly found: number;
}

/** Pseudo-labels of like scores; objects have none, so `truths` are all of them, and `found` those that these labels are. */
export interface ScoreBandQuality extends Quality {
  /** Least score, and the one that is too high but in the last band; 0.1 apart. */
  readonly fromScore: number;
  readonly toScore: number;
  /** What the scores promise and the precision keeps, 0..1; null without labels. */
  readonly meanScore: number | null;
}

/** COCO's sizes: below 32² px², below 96² px², and the rest. */
export type AreaBand = 'small' | 'medium' | 'large';

export interface PseudoQuality {
  readonly overall: Quality;
  /** Categories with a pseudo-label or an object, by id. */
  readonly byCategory: ReadonlyMap<CategoryId, Quality>;
  /** Ten bands, from score 0 up. */
  readonly byScore: readonly ScoreBandQuality[];
  /** Pseudo-labels by the area of their mask, objects by their own. */
  readonly byArea: Readonly<Record<AreaBand, Quality>>;
}

/**
 * Precision and recall of pseudo-labels at a mask IoU, of all and by category, score and size. In an image, better scores choose first,
 * and each takes the object of its category that it overlaps most. A pseudo-label that matches only a crowd region counts neither for nor
 * against.
 */
export function pseudoQuality(images: Iterable<JudgedImage>, iou = 0.5): PseudoQuality {
  const tallies = new Tallies();
  for (const image of images) countImage(image, iou, tallies);
  return tallies.qualities();
}

function countImage({ labels, truths }: JudgedImage, iou: number, tallies: Tallies): void {
  const ranked = labels.toSorted((a, b) => b.score - a.score);
  const objects = truths.filter(({ crowd }) => !crowd);
  const crowds = truths.filter(({ crowd }) => crowd);
  const matches = new Map(matchGreedily(ranked, objects, iou).map((match) => [match.left, match]));
  const isInCrowd = inCrowds(ranked, crowds, iou);
  for (const object of objects) tallies.countTruth(object);
  for (const [at, label] of ranked.entries()) {
    const match = matches.get(at);
    if (match) tallies.countMatch(label, objects[match.right], match.iou);
    if (match || !isInCrowd[at]) tallies.countLabel(label);
  }
}

interface Tally {
  labels: number;
  matched: number;
  truths: number;
  found: number;
  iouSum: number;
  scoreSum: number;
}

const noTally = (): Tally => ({ labels: 0, matched: 0, truths: 0, found: 0, iouSum: 0, scoreSum: 0 });

const SCORE_BANDS = 10;

/** Counts of everything that a quality is told of. */
class Tallies {
  readonly #overall = noTally();
  readonly #byCategory = new Map<CategoryId, Tally>();
  readonly #byScore = Array.from({ length: SCORE_BANDS }, noTally);
  readonly #byArea: Readonly<Record<AreaBand, Tally>> = { small: noTally(), medium: noTally(), large: noTally() };

  countTruth({ category, areaPx2 }: GroundTruth): void {
    for (const tally of [this.#overall, this.#ofCategory(category), this.#byArea[areaBandOf(areaPx2)]]) tally.truths++;
  }

  countLabel(label: Prediction): void {
    for (const tally of this.#ofLabel(label)) {
      tally.labels++;
      tally.scoreSum += label.score;
    }
  }

  countMatch(label: Prediction, { category, areaPx2 }: GroundTruth, iou: number): void {
    for (const tally of this.#ofLabel(label)) {
      tally.matched++;
      tally.iouSum += iou;
    }
    for (const tally of [this.#overall, this.#ofCategory(category), this.#ofScore(label), this.#byArea[areaBandOf(areaPx2)]]) tally.found++;
  }

  qualities(): PseudoQuality {
    const { truths } = this.#overall;
    const byCategory = [...this.#byCategory].sort(([a], [b]) => a - b).map(([category, tally]) => [category, qualityOf(tally)] as const);
    const { small, medium, large } = this.#byArea;
    return {
      overall: qualityOf(this.#overall),
      byCategory: new Map(byCategory),
      byScore: this.#byScore.map((tally, band) => scoreBandOf({ ...tally, truths }, band)),
      byArea: { small: qualityOf(small), medium: qualityOf(medium), large: qualityOf(large) },
    };
  }

  #ofLabel(label: Prediction): readonly Tally[] {
    return [this.#overall, this.#ofCategory(label.category), this.#ofScore(label), this.#byArea[areaBandOf(rle.area(label.mask))]];
  }

  #ofCategory(category: CategoryId): Tally {
    const tally = this.#byCategory.get(category) ?? noTally();
    this.#byCategory.set(category, tally);
    return tally;
  }

  #ofScore({ score }: Prediction): Tally {
    return this.#byScore[Math.min(SCORE_BANDS - 1, Math.floor(score * SCORE_BANDS))];
  }
}

function areaBandOf(areaPx2: number): AreaBand {
  if (areaPx2 < 32 ** 2) return 'small';
  return areaPx2 < 96 ** 2 ? 'medium' : 'large';
}

function scoreBandOf(tally: Tally, band: number): ScoreBandQuality {
  return {
    fromScore: band / SCORE_BANDS,
    toScore: (band + 1) / SCORE_BANDS,
    meanScore: share(tally.scoreSum, tally.labels),
    ...qualityOf(tally),
  };
}

function qualityOf({ labels, matched, truths, found, iouSum }: Tally): Quality {
  return {
    pseudoPrecision: share(matched, labels),
    pseudoRecall: share(found, truths),
    meanMaskIou: share(iouSum, matched),
    labels,
    matched,
    truths,
    found,
  };
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
