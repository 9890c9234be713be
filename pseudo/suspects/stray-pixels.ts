import { type Box, boxHeight, boxWidth, type Rle, rle, type Suspicion } from '../../core/index.ts';
import type { Candidate } from '../verdict.ts';

/** @param parts the components of the label's mask, of which the first is its body */
export function strayPixels({ id }: Candidate, parts: readonly Rle[]): Suspicion {
  return { kind: 'stray-pixels', strength: strayness(parts), prediction: id, other: null };
}

/**
 * Root of the share of a mask's pixels that lie away from its body, 0..1. A part counts as much as the gap between its box and the body's
 * is long, up to the diagonal of the body's box: what hides in the body's box is not away, and a far speck of a hundredth makes 0.1.
 * @param parts the components of the mask, of which the first is its body
 */
export function strayness(parts: readonly Rle[]): number {
  if (parts.length < 2) return 0;
  const body = rle.toBox(parts[0]);
  const reach = Math.hypot(boxWidth(body), boxHeight(body));
  let stray = 0;
  let total = 0;
  for (const part of parts) {
    const areaPx2 = rle.area(part);
    stray += areaPx2 * Math.min(1, gapBetween(body, rle.toBox(part)) / reach);
    total += areaPx2;
  }
  return Math.sqrt(stray / total);
}

/** Shortest way between two boxes in px; 0 where they touch. */
function gapBetween(a: Box, b: Box): number {
  return Math.hypot(Math.max(0, a.x1 - b.x2, b.x1 - a.x2), Math.max(0, a.y1 - b.y2, b.y1 - a.y2));
}
