import type { PredictionId } from '../core/index.ts';
import { matchGreedily } from './matching.ts';
import type { Candidate } from './verdict.ts';

/** From this mask IoU on, predictions of one category in two rounds are the same object. */
const LINEAGE_IOU = 0.5;

/**
 * Which prediction of the round before each prediction of an image continues: the same category, the best overlap, better scores first.
 * Predictions without an ancestor are not in the map.
 */
export function traceLineage(current: readonly Candidate[], previous: readonly Candidate[]): Map<PredictionId, PredictionId> {
  const lefts = current.toSorted(byScore);
  const rights = previous.toSorted(byScore);
  return new Map(matchGreedily(lefts, rights, LINEAGE_IOU).map(({ left, right }) => [lefts[left].id, rights[right].id]));
}

const byScore = (a: Candidate, b: Candidate): number => b.score - a.score || a.id - b.id;
