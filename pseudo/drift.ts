import type { CategoryId, ChangeKind } from '../core/index.ts';

/** The labels of a round, or the human ones, as a whole. */
export interface LabelTotals {
  /** Labels by category; one without labels may be left out. */
  readonly labels: ReadonlyMap<CategoryId, number>;
  /** Images that were labeled, with or without labels. */
  readonly images: number;
}

/** How far labels may move from one round to the next; null is any far. */
export interface DriftLimits {
  /** Largest share of the labels that may be of other classes, 0..1. */
  readonly classShare: number | null;
  /** Largest factor between labels an image, either way; 1 or more. */
  readonly density: number | null;
  /** Least share of the labels of the round before that are still labels of their class, 0..1. */
  readonly agreement: number | null;
}

/** A class and its share of all labels, 0..1. */
export interface MovedClass {
  readonly category: CategoryId;
  readonly from: number;
  readonly to: number;
}

/** What moved. Plain JSON data, so that a round can remember it. A number of nothing is null. */
export interface Drift {
  /** Total variation between the class shares, 0..1: the share of the labels that is of other classes than before. */
  readonly classShare: number | null;
  /** Classes whose share changed, the largest change first. */
  readonly movedClasses: readonly MovedClass[];
  /** Labels an image. */
  readonly density: { readonly from: number; readonly to: number } | null;
  /** Share of the labels of the round before that are still labels of their class, 0..1; null also where no round was before. */
  readonly agreement: number | null;
  /** What moved further than it may. */
  readonly exceeded: readonly DriftFinding[];
}

export type DriftFinding =
  | { readonly of: 'classShare'; readonly amount: number; readonly limit: number; readonly rose: MovedClass; readonly fell: MovedClass }
  | { readonly of: 'density'; readonly from: number; readonly to: number; readonly limit: number }
  | { readonly of: 'agreement'; readonly share: number; readonly limit: number };

/**
 * What moved between two sets of labels, and what of that is too much.
 * @param before the labels of the round before; for the first labeled round, the human ones
 * @param agreement see {@link agreementOf}
 */
export function driftOf(now: LabelTotals, before: LabelTotals, agreement: number | null, limits: DriftLimits): Drift {
  const movedClasses = movedBetween(before.labels, now.labels);
  const both = totalOf(before.labels) > 0 && totalOf(now.labels) > 0;
  const classShare = both ? movedClasses.reduce((sum, { from, to }) => sum + Math.abs(to - from), 0) / 2 : null;
  const density =
    before.images > 0 && now.images > 0 ? { from: totalOf(before.labels) / before.images, to: totalOf(now.labels) / now.images } : null;
  const exceeded = [
    ...tooOtherClasses(classShare, movedClasses, limits),
    ...tooOtherDensity(density, limits),
    ...tooLittleAgreement(agreement, limits),
  ];
  return { classShare, movedClasses: both ? movedClasses : [], density, agreement, exceeded };
}

/**
 * Share of the labels of the round before that are still labels of their class, 0..1; null where there were none.
 * @param changes how many there are of each kind; a kind without may be left out
 */
export function agreementOf(changes: Readonly<Partial<Record<ChangeKind, number>>>): number | null {
  const { kept = 0, grew = 0, shrank = 0, reclassified = 0, died = 0 } = changes;
  const before = kept + grew + shrank + reclassified + died;
  return before > 0 ? (kept + grew + shrank) / before : null;
}

function tooOtherClasses(amount: number | null, moved: readonly MovedClass[], { classShare: limit }: DriftLimits): DriftFinding[] {
  if (amount === null || limit === null || amount <= limit) return [];
  const byRise = moved.toSorted((a, b) => b.to - b.from - (a.to - a.from) || a.category - b.category);
  return [{ of: 'classShare', amount, limit, rose: byRise[0], fell: byRise[byRise.length - 1] }];
}

function tooOtherDensity(density: Drift['density'], { density: limit }: DriftLimits): DriftFinding[] {
  if (density === null || limit === null || Math.max(density.from, density.to) <= limit * Math.min(density.from, density.to)) return [];
  return [{ of: 'density', ...density, limit }];
}

function tooLittleAgreement(share: number | null, { agreement: limit }: DriftLimits): DriftFinding[] {
  return share === null || limit === null || share >= limit ? [] : [{ of: 'agreement', share, limit }];
}

function movedBetween(before: LabelTotals['labels'], now: LabelTotals['labels']): MovedClass[] {
  const share = (labels: LabelTotals['labels'], category: CategoryId) => (labels.get(category) ?? 0) / (totalOf(labels) || 1);
  return [...new Set([...before.keys(), ...now.keys()])]
    .map((category) => ({ category, from: share(before, category), to: share(now, category) }))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from) || a.category - b.category);
}

const totalOf = (labels: LabelTotals['labels']): number => [...labels.values()].reduce((sum, count) => sum + count, 0);
