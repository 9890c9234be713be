import type { Size } from '../../../core/index.ts';

/** A place on a picture: x to the right, y down, in px; pixel i covers [i, i + 1). */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels x1 to x2, without the last, of a row. */
export type Span = (y: number, x1: number, x2: number) => void;

/** Below this a brush between four pixels would reach the centre of none. */
const LEAST_RADIUS = Math.SQRT1_2 + 1e-6;

/**
 * The pixels whose centres a round brush passes on its straight way between two points, row by row, cut to the picture.
 * @param diameter of the brush, in px
 */
export function strokeSpans({ width, height }: Size, from: Point, to: Point, diameter: number, visit: Span): void {
  const radius = Math.max(LEAST_RADIUS, diameter / 2);
  const firstRow = Math.max(0, Math.ceil(Math.min(from.y, to.y) - radius - 0.5));
  const lastRow = Math.min(height - 1, Math.floor(Math.max(from.y, to.y) + radius - 0.5));
  for (let y = firstRow; y <= lastRow; y++) {
    const reach = reachAt(y + 0.5, from, to, radius);
    const x1 = Math.max(0, Math.ceil(reach.left - 0.5));
    const x2 = Math.min(width, Math.floor(reach.right - 0.5) + 1);
    if (x1 < x2) visit(y, x1, x2);
  }
}

interface Reach {
  left: number;
  right: number;
}

/** Where a horizontal line meets all that is at most `radius` from a segment: that is convex, so one stretch. */
function reachAt(y: number, from: Point, to: Point, radius: number): Reach {
  const reach = { left: Number.POSITIVE_INFINITY, right: Number.NEGATIVE_INFINITY };
  addDisc(reach, y, from, radius);
  addDisc(reach, y, to, radius);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return reach;
  const aside = { x: (-(to.y - from.y) / length) * radius, y: ((to.x - from.x) / length) * radius };
  for (const side of [1, -1])
    addEdge(reach, y, { x: from.x + side * aside.x, y: from.y + side * aside.y }, { x: to.x + side * aside.x, y: to.y + side * aside.y });
  return reach;
}

function addDisc(reach: Reach, y: number, center: Point, radius: number): void {
  const half2 = radius ** 2 - (y - center.y) ** 2;
  if (half2 < 0) return;
  const half = Math.sqrt(half2);
  reach.left = Math.min(reach.left, center.x - half);
  reach.right = Math.max(reach.right, center.x + half);
}

function addEdge(reach: Reach, y: number, a: Point, b: Point): void {
  if (a.y === b.y || (y - a.y) * (y - b.y) > 0) return;
  const x = a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y);
  reach.left = Math.min(reach.left, x);
  reach.right = Math.max(reach.right, x);
}
