import type { Box } from '../../core/index.ts';

/** A box that competes for an object. */
export interface Candidate {
  readonly classIndex: number;
  readonly score: number;
  readonly box: Box;
  /** Its column in the model's output; decides between equal scores. */
  readonly anchor: number;
}

/**
 * Greedy, class-aware non-maximum suppression: by falling score, a candidate stays unless one of its class that stayed
 * overlaps it by more than `iou` (0..1). At most `limit` stay.
 */
export function nonMaxSuppression(candidates: readonly Candidate[], iou: number, limit: number): readonly Candidate[] {
  const ranked = [...candidates].sort((a, b) => b.score - a.score || a.anchor - b.anchor);
  const kept: Candidate[] = [];
  for (const candidate of ranked) {
    if (kept.length >= limit) break;
    if (!kept.some((better) => better.classIndex === candidate.classIndex && overlap(better.box, candidate.box) > iou))
      kept.push(candidate);
  }
  return kept;
}

/** IoU as core's boxIou, without its intermediate box: this is the one quadratic loop of the room. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / ((a.x2 - a.x1) * (a.y2 - a.y1) + (b.x2 - b.x1) * (b.y2 - b.y1) - intersection);
}
