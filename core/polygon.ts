/**
 * Polygons to run lengths, equal bit for bit to pycocotools' frPyObjects and merge: vertices are rounded on a grid five times finer,
 * edges are walked on that grid, and a pixel column is cut where an edge passes its centre line.
 * Only the cuts are computed, not the walk, so that the cost of an edge is the columns it crosses inside the image, however long it is.
 */
import type { Box } from './box.ts';
import { expectation, SelfpasteError } from './errors.ts';
import type { Rle } from './mask.ts';
import { merge } from './rle-merge.ts';
import { cancelPairs, GrowingUint32, runsBetween } from './rle-runs.ts';
import { areaOf, type Size } from './size.ts';

/**
 * The union of polygons, each [x0, y0, x1, y1, ...] in pixels with even-odd filling; parts outside the image are cut off.
 * Fewer than three points, or none at all, cover nothing (four numbers are two points; pycocotools' Python face takes them for a box);
 * a last odd number is ignored, as pycocotools does.
 * @throws DATA_BAD_POLYGON for a coordinate that is not a finite number.
 */
export function fromPolygons(size: Size, polygons: readonly (readonly number[])[]): Rle {
  if (polygons.length === 0) return fromPolygon(size, []);
  return merge(
    polygons.map((polygon) => fromPolygon(size, polygon)),
    'union',
  );
}

/** The pixels of a box as pycocotools rounds them; exact where corners are integers. */
export function fromBox(size: Size, { x1, y1, x2, y2 }: Box): Rle {
  return fromPolygon(size, [x1, y1, x1, y2, x2, y2, x2, y1]);
}

const upsampling = 5;
/** Beyond this the fine grid leaves int32, where pycocotools has no defined answer; such points are moved to the edge of that range. */
const farthest = 2 ** 31 - 1;

function fromPolygon(size: Size, polygon: readonly number[]): Rle {
  const cuts = new Cuts(size);
  const end = polygon.length & ~1;
  let x = end > 0 ? toFineGrid(polygon[end - 2]) : 0;
  let y = end > 0 ? toFineGrid(polygon[end - 1]) : 0;
  for (let at = 0; at < end; at += 2) {
    const nextX = toFineGrid(polygon[at]);
    const nextY = toFineGrid(polygon[at + 1]);
    cuts.addEdge(x, y, nextX, nextY);
    x = nextX;
    y = nextY;
  }
  return { size, counts: cuts.counts() };
}

function toFineGrid(coordinate: number): number {
  if (!Number.isFinite(coordinate))
    throw new SelfpasteError(
      'DATA_BAD_POLYGON',
      expectation('polygon', 'finite pixel coordinates', coordinate),
      "correct or remove the annotation's segmentation",
    );
  return Math.trunc(Math.max(-farthest, Math.min(farthest, upsampling * coordinate + 0.5)));
}

/** Where edges cut the centre lines of pixel columns: column-major pixel numbers, at each of which the mask changes its value. */
class Cuts {
  readonly #size: Size;
  readonly #positions = new GrowingUint32();
  #compactAt = 1 << 20;

  constructor(size: Size) {
    this.#size = size;
  }

  /** Adds an edge between two points of the fine grid. It steps along its longer side, from the lower end, as pycocotools does. */
  addEdge(x1: number, y1: number, x2: number, y2: number): void {
    const dx = Math.abs(x2 - x1);
    const dy = Math.abs(y2 - y1);
    // The centre line of column c lies between fine columns 5c+2 and 5c+3.
    const first = Math.max(0, Math.ceil((Math.min(x1, x2) - 2) / upsampling));
    const last = Math.min(this.#size.width - 1, Math.floor((Math.max(x1, x2) - 3) / upsampling));
    if (first > last) return;
    if (dx >= dy) {
      if (x1 < x2) this.#addFlatEdge(first, last, x1, y1, (y2 - y1) / dx);
      else this.#addFlatEdge(first, last, x2, y2, (y1 - y2) / dx);
    } else if (y1 < y2) this.#addSteepEdge(first, last, x1, y1, (x2 - x1) / dy);
    else this.#addSteepEdge(first, last, x2, y2, (x1 - x2) / dy);
    if (this.#positions.length >= this.#compactAt) this.#compact();
  }

  /** Run lengths; cuts at the same place cancel in pairs. */
  counts(): Uint32Array {
    const total = areaOf(this.#size);
    this.#positions.push(total);
    return runsBetween(this.#positions.values().sort(), total);
  }

  /** `slope` is fine rows a fine column, at most 1. Of the two steps beside a centre line the upper one counts. */
  #addFlatEdge(first: number, last: number, left: number, y: number, slope: number): void {
    const upper = slope > 0 ? 2 : 3;
    for (let column = first; column <= last; column++) {
      this.#add(column, Math.trunc(y + slope * (upsampling * column + upper - left) + 0.5));
    }
  }

  /** `slope` is fine columns a fine row, less than 1. The last step above the passage from one side of a centre line to the other counts. */
  #addSteepEdge(first: number, last: number, x: number, top: number, slope: number): void {
    for (let column = first; column <= last; column++) this.#add(column, top + stepsBefore(upsampling * column + 3, x, slope));
  }

  #add(column: number, fineY: number): void {
    const { height } = this.#size;
    const y = Math.ceil((fineY + 0.5) / upsampling - 0.5);
    this.#positions.push(column * height + Math.max(0, Math.min(height, y)));
  }

  /** Sorts and cancels, so that memory is bounded by the image and not by a polygon that crosses it ten thousand times. */
  #compact(): void {
    const kept = cancelPairs(this.#positions.values().sort());
    this.#positions.truncate(kept);
    this.#compactAt = Math.max(1 << 20, 2 * kept);
  }
}

/** Steps along a steep edge from `x` to the last one before it passes the left side of the fine column `right`. */
function stepsBefore(right: number, x: number, slope: number): number {
  let step = Math.max(1, Math.ceil((right - 0.5 - x) / slope));
  // The division may be off by one step against the sums that pycocotools takes.
  while (step > 1 && hasPassed(step - 1, right, x, slope)) step--;
  while (!hasPassed(step, right, x, slope)) step++;
  return step - 1;
}

function hasPassed(step: number, right: number, x: number, slope: number): boolean {
  return Math.trunc(x + slope * step + 0.5) >= right === slope > 0;
}
