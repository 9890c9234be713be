import type { PredictionId } from '../core/index.ts';
import { matchGreedily } from './matching.ts';
import type { Candidate } from './verdict.ts';

/** From this mask IoU on, predictions of two rounds are the same object. */
export const LINEAGE_IOU = 0.5;

/**
 * Which prediction of the round before each prediction of an image continues: better scores choose first (ties by id), and each takes the
 * one of its category that it overlaps most, from {@link LINEAGE_IOU} on; what then has no ancestor takes one of any category, which is a
 * reclassification. Each has one heir at most. Predictions without an ancestor are not in the map.
 */
export function traceLineage(current: readonly Candidate[], previous: readonly Candidate[]): Map<PredictionId, PredictionId> {
  const lefts = current.toSorted(byScore);
  const rights = previous.toSorted(byScore);
  const matches = matchGreedily(lefts, rights, LINEAGE_IOU, ['same-category', 'any-category']);
  return new Map(matches.map(({ left, right }) => [lefts[left].id, rights[right].id]));
}

const byScore = (a: Candidate, b: Candidate): number => b.score - a.score || a.id - b.id;
