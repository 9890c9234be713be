import type { CandidateSet, CategoryId } from '../core/index.ts';
import { type CalibrationSet, Outcome } from './calibration.ts';
import { confidencesOf, decideFates, isKept } from './fates.ts';
import { type Policy, thresholdOf } from './policy.ts';

/** What thresholds are learned from. A rule reads only what it needs, once. */
export interface ThresholdEvidence {
  /** All of the data set. */
  readonly categories: readonly CategoryId[];
  /** Predictions on the images to be labeled, one set an image, also where it is empty. Of `top-share`. */
  readonly candidates: Iterable<{ readonly candidates: CandidateSet }>;
  /** Human labels an image, on average over human-labeled images; categories without any may be absent. Of `top-share`. */
  readonly humanDensity: ReadonlyMap<CategoryId, number>;
  /** Predictions of the same model on images that it was not trained on. Of `target-precision`. */
  readonly calibration: Iterable<CalibrationSet>;
}

/**
 * A category's threshold, 0..1 or {@link KEEPS_NOTHING}, and where it comes from. `fixed`: as written. `own`: the category's evidence.
 * `pooled`: that of all categories, for it has too little of its own. `unreachable`: no threshold does what is asked; for `top-share`
 * there are fewer predictions than that, and all are kept; for `target-precision` none is good enough, and nothing is kept.
 */
export interface CategoryThreshold {
  readonly threshold: number;
  readonly why: 'fixed' | 'own' | 'pooled' | 'unreachable';
}

export interface ResolvedPolicy {
  /** The policy with the thresholds that its rule makes. It can be resolved again. */
  readonly policy: Policy;
  /** By id. */
  readonly thresholds: ReadonlyMap<CategoryId, CategoryThreshold>;
}

/** A threshold that no confidence reaches. Not infinity, which JSON does not have. */
export const KEEPS_NOTHING = 2;

/** Below so many objects on calibration images, a category's own precision is not believed. */
const LEAST_OBJECTS = 20;
/** Nor is that of fewer labels: the first one alone has a precision of 0 or 1. */
const LEAST_LABELS = 10;

/** A policy with the thresholds that its rule makes of the evidence, which take the place of those that are written. */
export function resolvePolicy(policy: Policy, evidence: ThresholdEvidence): ResolvedPolicy {
  const thresholds = thresholdsOf(policy, evidence);
  if (policy.rule === 'fixed') return { policy, thresholds };
  const scoreByCategory = Object.fromEntries([...thresholds].map(([category, { threshold }]) => [category, threshold]));
  return { policy: { ...policy, scoreByCategory }, thresholds };
}

type Thresholds = ReadonlyMap<CategoryId, CategoryThreshold>;

function thresholdsOf(policy: Policy, evidence: ThresholdEvidence): Thresholds {
  switch (policy.rule) {
    case 'fixed':
      return mapCategories(evidence, (category) => ({ threshold: thresholdOf(policy, category), why: 'fixed' }));
    case 'top-share':
      return topShares(policy, evidence);
    case 'target-precision':
      return targetPrecisions(policy, evidence);
  }
}

function mapCategories({ categories }: ThresholdEvidence, thresholdFor: (category: CategoryId) => CategoryThreshold): Thresholds {
  return new Map(categories.toSorted((a, b) => a - b).map((category) => [category, thresholdFor(category)]));
}

/** Of each category the best, as many as people would have labeled on so many images. */
function topShares(policy: Policy, evidence: ThresholdEvidence): Thresholds {
  const confidences = new Map<CategoryId, number[]>();
  let images = 0;
  for (const { candidates } of evidence.candidates) {
    images++;
    for (const { category, confidence } of survivors(candidates, policy)) listOf(confidences, category).push(confidence);
  }
  return mapCategories(evidence, (category) => {
    const wanted = Math.round(policy.density * (evidence.humanDensity.get(category) ?? 0) * images);
    if (wanted === 0) return { threshold: KEEPS_NOTHING, why: 'own' };
    const ascending = Float64Array.from(confidences.get(category) ?? []).sort();
    if (ascending.length < wanted) return { threshold: 0, why: 'unreachable' };
    return { threshold: ascending[ascending.length - wanted], why: 'own' };
  });
}

interface Survivor {
  readonly at: number;
  readonly category: CategoryId;
  readonly confidence: number;
}

/**
 * What would be kept of an image without thresholds: the ranking that a threshold cuts. A greedy NMS looks only at what is more
 * confident, so what is kept at a threshold is what survives without one and reaches it. With a threshold for each category that holds
 * within the category; across categories a few more may stay, whose better-named twin fell below its own. The limit of labels an image,
 * which comes after NMS, is left to selection.
 */
function* survivors(set: CandidateSet, policy: Policy): Generator<Survivor> {
  const open: Policy = { ...policy, score: 0, scoreByCategory: {}, ignoreScore: null, maxPerImage: Number.POSITIVE_INFINITY };
  const confidences = confidencesOf(set, policy);
  for (const [at, fate] of decideFates(set, open, null).entries())
    if (isKept(fate)) yield { at, category: set.categories[at] as CategoryId, confidence: confidences[at] };
}

/** A label on a calibration image, and whether it is an object. */
interface JudgedLabel {
  readonly confidence: number;
  readonly isObject: boolean;
}

/** Of each category the lowest threshold whose labels are right often enough on calibration images. */
function targetPrecisions(policy: Policy, evidence: ThresholdEvidence): Thresholds {
  const judged = new Map<CategoryId, JudgedLabel[]>();
  const objects = new Map<CategoryId, number>();
  for (const { candidates, outcomes, truths } of evidence.calibration) {
    for (const [category, count] of truths) objects.set(category, (objects.get(category) ?? 0) + count);
    for (const { at, category, confidence } of survivors(candidates, policy))
      if (outcomes[at] !== Outcome.crowd) listOf(judged, category).push({ confidence, isObject: outcomes[at] === Outcome.object });
  }
  const pooled = lowestThreshold([...judged.values()].flat(), policy.precision);
  return mapCategories(evidence, (category) => {
    const isPooled = (objects.get(category) ?? 0) < LEAST_OBJECTS;
    const threshold = isPooled ? pooled : lowestThreshold(judged.get(category) ?? [], policy.precision);
    return threshold === undefined ? { threshold: KEEPS_NOTHING, why: 'unreachable' } : { threshold, why: isPooled ? 'pooled' : 'own' };
  });
}

function lowestThreshold(labels: readonly JudgedLabel[], precision: number): number | undefined {
  const ranked = labels.toSorted((a, b) => b.confidence - a.confidence);
  let objects = 0;
  let lowest: number | undefined;
  for (const [at, { confidence, isObject }] of ranked.entries()) {
    if (isObject) objects++;
    const isLastOfEquals = ranked[at + 1]?.confidence !== confidence;
    if (isLastOfEquals && at + 1 >= LEAST_LABELS && objects / (at + 1) >= precision) lowest = confidence;
  }
  return lowest;
}

function listOf<Item>(lists: Map<CategoryId, Item[]>, category: CategoryId): Item[] {
  const list = lists.get(category) ?? [];
  lists.set(category, list);
  return list;
}
