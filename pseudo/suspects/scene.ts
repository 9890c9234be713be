import type { CategoryId, MaskOverlaps, PredictionId } from '../../core/index.ts';
import type { Decision } from '../select.ts';
import type { Candidate } from '../verdict.ts';

/** What the teacher of the round before said of an image. */
export interface RoundBefore {
  readonly predictions: readonly Candidate[];
  /** Those of the predictions that were kept, and that no person has rejected since. */
  readonly labels: readonly Candidate[];
  /** Which of them each prediction of this round continues (`traceLineage`). */
  readonly lineage: ReadonlyMap<PredictionId, PredictionId>;
  /** Categories of the ancestors of a prediction of that round; where it has none it may be left out. */
  readonly ancestors: ReadonlyMap<PredictionId, readonly CategoryId[]>;
}

/** All that is known of an image when its labels are searched for errors. */
export interface ImageEvidence {
  /** All predictions of this round. */
  readonly predictions: readonly Candidate[];
  /** Of their masks, in the same order. */
  readonly overlaps: MaskOverlaps;
  /** One a prediction, in any order. */
  readonly decisions: readonly Decision[];
  /** Null where the image was not labeled in a round before. */
  readonly before: RoundBefore | null;
}

/** The same, sorted by what the searches ask for. */
export interface Scene {
  readonly predictions: readonly Candidate[];
  readonly overlaps: MaskOverlaps;
  /** What was kept. */
  readonly labels: ReadonlySet<Candidate>;
  /** What may be suspected: the labels that no person has accepted. */
  readonly suspects: ReadonlySet<Candidate>;
  /** What a person decided about, kept or not. */
  readonly settled: ReadonlySet<Candidate>;
  readonly before: FormerScene | null;
}

export interface FormerScene {
  readonly labels: readonly Candidate[];
  /** The prediction of the round before that one of this round continues. */
  readonly ancestorOf: ReadonlyMap<Candidate, Candidate>;
  /** Categories of all ancestors of a prediction of this round that has one. */
  readonly lineOf: ReadonlyMap<Candidate, readonly CategoryId[]>;
}

/** Reasons of decisions that are a person's. */
const SETTLED: ReadonlySet<Decision['reason']> = new Set(['accepted', 'rejected', 'replaced'] as const);

export function sceneOf({ predictions, overlaps, decisions, before }: ImageEvidence): Scene {
  const decisionOf = new Map(decisions.map((decision) => [decision.prediction, decision]));
  const labels = predictions.filter(({ id }) => decisionOf.get(id)?.status === 'kept');
  const settled = new Set(predictions.filter(({ id }) => isSettled(decisionOf.get(id))));
  const suspects = new Set(labels.filter((label) => !settled.has(label)));
  return { predictions, overlaps, labels: new Set(labels), suspects, settled, before: before && formerScene(predictions, before) };
}

const isSettled = (decision: Decision | undefined): boolean => decision !== undefined && SETTLED.has(decision.reason);

function formerScene(current: readonly Candidate[], { predictions, labels, lineage, ancestors }: RoundBefore): FormerScene {
  const byId = new Map(predictions.map((prediction) => [prediction.id, prediction]));
  const ancestorOf = new Map<Candidate, Candidate>();
  const lineOf = new Map<Candidate, readonly CategoryId[]>();
  for (const prediction of current) {
    const ancestor = byId.get(lineage.get(prediction.id) as PredictionId);
    if (!ancestor) continue;
    ancestorOf.set(prediction, ancestor);
    lineOf.set(prediction, [ancestor.category, ...(ancestors.get(ancestor.id) ?? [])]);
  }
  return { labels, ancestorOf, lineOf };
}
