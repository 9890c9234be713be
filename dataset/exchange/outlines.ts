/**
 * Masks to polygons along the edges of pixels: corners are whole numbers, so that COCO's rasterization gives the same pixels back, bit for bit.
 * Pixels that touch at a corner belong to one part, as in OpenCV's contours; its outline then passes that corner twice.
 */
import { type BitMask, type Rle, rle } from '../../core/index.ts';

/** [x0, y0, x1, y1, ...] in pixels; the last point is joined to the first. */
export type Polygon = readonly number[];

/** One connected part of a mask: its outer edge clockwise as seen on the screen, its holes the other way round. */
export interface Outline {
  readonly outer: Polygon;
  readonly holes: readonly Polygon[];
}

/** The parts of a mask, from the top; none for an empty one. */
export function outlinesOf(mask: Rle): Outline[] {
  const box = rle.toBox(mask);
  // A border of zeros on all sides, so that no neighbour is ever outside.
  const frame = { x1: box.x1 - 1, y1: box.y1 - 1, x2: box.x2 + 1, y2: box.y2 + 1 };
  const grid = rle.decodeInside(mask, frame);
  const parts = partNumbers(grid);
  const outlines: { outer: Polygon; holes: Polygon[] }[] = [];
  for (const { start, points } of loopsOf(grid)) {
    const polygon = points.map((side, at) => side + (at % 2 === 0 ? frame.x1 : frame.y1));
    // The topmost loop of a part is its outer edge, and loops come from the top.
    const part = parts[start] - 1;
    if (outlines[part] === undefined) outlines[part] = { outer: polygon, holes: [] };
    else outlines[part].holes.push(polygon);
  }
  return outlines;
}

/** Part of each pixel, counted from 1 from the top; 0 for background. */
function partNumbers({ size: { width }, data }: BitMask): Int32Array {
  const neighbours = [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1];
  const parts = new Int32Array(data.length);
  const open: number[] = [];
  for (let first = 0, part = 0; first < data.length; first++) {
    if (data[first] === 0 || parts[first] !== 0) continue;
    parts[first] = ++part;
    open.push(first);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const step of neighbours) {
        if (data[at + step] === 0 || parts[at + step] !== 0) continue;
        parts[at + step] = part;
        open.push(at + step);
      }
    }
  }
  return parts;
}

interface Loop {
  /** A pixel of the part whose upper edge is on the loop. */
  readonly start: number;
  readonly points: number[];
}

function loopsOf(grid: BitMask): Loop[] {
  const { size, data } = grid;
  const walked = new Uint8Array(data.length);
  const loops: Loop[] = [];
  for (let at = size.width; at < data.length; at++) {
    if (data[at] === 1 && data[at - size.width] === 0 && walked[at] === 0) loops.push({ start: at, points: walk(grid, at, walked) });
  }
  return loops;
}

/** Directions in turn to the right. */
const RIGHT = 0;

/**
 * Walks the edge with the part to the right, from the upper left corner of a pixel eastwards until it is back there.
 * A corner is named by the pixel to its lower right. Upper edges are marked as walked.
 */
function walk({ size: { width }, data }: BitMask, start: number, walked: Uint8Array): number[] {
  const steps = [1, width, -1, -width];
  // Pixels ahead of a corner, to the left and to the right of the way, by direction.
  const aheadLeft = [-width, 0, -1, -width - 1];
  const aheadRight = [0, -1, -width - 1, -width];
  const points: number[] = [];
  let corner = start;
  let direction = RIGHT;
  do {
    if (direction === RIGHT) walked[corner] = 1;
    corner += steps[direction];
    const turn = data[corner + aheadLeft[direction]] === 1 ? 3 : data[corner + aheadRight[direction]] === 1 ? 0 : 1;
    if (turn !== 0) points.push(corner % width, Math.floor(corner / width));
    direction = (direction + turn) % 4;
  } while (corner !== start || direction !== RIGHT);
  return points;
}

/** Less than the tenth of a pixel by which COCO's rasterization rounds, and far more than what a decimal number loses. */
const INSET_PX = 0.05;

/**
 * The same polygon for drawing programs that cut off the fractions of corners and paint the edge as well: every edge lies a little inside the
 * pixels of the part. To COCO's rasterization nothing changes.
 */
export function inset(polygon: Polygon): Polygon {
  const moved = [...polygon];
  for (let at = 0; at < polygon.length; at += 2) {
    const next = (at + 2) % polygon.length;
    const [right, down] = [Math.sign(polygon[next] - polygon[at]), Math.sign(polygon[next + 1] - polygon[at + 1])];
    // The part lies to the right of the way: below an edge that goes right, left of one that goes down.
    if (right !== 0) moved[at + 1] = moved[next + 1] = polygon[at + 1] + right * INSET_PX;
    else moved[at] = moved[next] = polygon[at] - down * INSET_PX;
  }
  return moved;
}

/**
 * One polygon for all: each loop is joined to those before by a bridge between near corners, walked there and back, so that filling by the
 * even-odd rule covers the pixels of the mask and no others.
 */
export function bridged(outlines: readonly Outline[]): Polygon {
  const [first = [], ...rest] = outlines.flatMap(({ outer, holes }) => [outer, ...holes].map(inset));
  const joined = [...first];
  for (const loop of rest) {
    const [exit, entry] = nearestCorners(joined, loop);
    const turned = [...loop.slice(entry), ...loop.slice(0, entry)];
    joined.splice(exit + 2, 0, ...turned, turned[0], turned[1], joined[exit], joined[exit + 1]);
  }
  return joined;
}

/** More are not searched: a bridge may then be longer than it need be, and covers nothing all the same. */
const SEARCHED_CORNERS = 2000;

function nearestCorners(polygon: Polygon, loop: Polygon): [at: number, inLoop: number] {
  let best: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < Math.min(polygon.length, 2 * SEARCHED_CORNERS); at += 2) {
    for (let other = 0; other < Math.min(loop.length, 2 * SEARCHED_CORNERS); other += 2) {
      const distance = Math.abs(polygon[at] - loop[other]) + Math.abs(polygon[at + 1] - loop[other + 1]);
      if (distance < least) [least, best] = [distance, [at, other]];
    }
  }
  return best;
}
