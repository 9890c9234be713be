/**
 * Polygons to run lengths, equal bit for bit to pycocotools' frPyObjects and merge: vertices are rounded on a grid five times finer,
 * edges are walked on that grid, and a pixel column is cut where an edge passes its centre line.
 * Only the cuts are computed, not the walk, so that the cost of an edge is the columns it crosses inside the image, however long it is.
 */
import type { Box } from './box.ts';
import { expectation, SelfpasteError } from './errors.ts';
import type { Rle } from './mask.ts';
import { merge } from './rle-merge.ts';
import { GrowingUint32 } from './rle-runs.ts';
import { areaOf, type Size } from './size.ts';

/**
 * The union of polygons, each [x0, y0, x1, y1, ...] in pixels with even-odd filling; parts outside the image are cut off.
 * Fewer than three points, or none at all, cover nothing; a last odd number is ignored, as pycocotools does.
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
  const points = polygon.length >> 1;
  const cuts = new Cuts(size);
  for (let point = 0; point < points; point++) {
    const next = point + 1 < points ? point + 1 : 0;
    cuts.addEdge(
      toFineGrid(polygon[2 * point]),
      toFineGrid(polygon[2 * point + 1]),
      toFineGrid(polygon[2 * next]),
      toFineGrid(polygon[2 * next + 1]),
    );
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
  readonly #positions = new GrowingUint32(256);
  #compactAt = 1 << 20;

  constructor(size: Size) {
    this.#size = size;
  }

  /** Adds an edge between two points of the fine grid. It steps along its longer side, from the lower end, as pycocotools does. */
  addEdge(startX: number, startY: number, endX: number, endY: number): void {
    const dx = Math.abs(endX - startX);
    const dy = Math.abs(endY - startY);
    const flat = dx >= dy;
    const flip = flat ? startX > endX : startY > endY;
    const [xs, ys, xe, ye] = flip ? [endX, endY, startX, startY] : [startX, startY, endX, endY];
    const low = Math.min(xs, xe);
    const high = Math.max(xs, xe);
    // The centre line of column c lies between fine columns 5c+2 and 5c+3.
    const first = Math.max(0, Math.ceil((low - 2) / upsampling));
    const last = Math.min(this.#size.width - 1, Math.floor((high - 3) / upsampling));
    for (let column = first; column <= last; column++) {
      const right = upsampling * column + 3;
      const fineY = flat ? cutOfFlatEdge(right - xs, ys, (ye - ys) / dx) : ys + cutOfSteepEdge(right, xs, (xe - xs) / dy);
      this.#add(column, fineY);
    }
  }

  /** Run lengths; cuts at the same place cancel in pairs. */
  counts(): Uint32Array {
    this.#compact();
    const total = areaOf(this.#size);
    const counts = new GrowingUint32(this.#positions.length + 1);
    let previous = 0;
    for (const position of this.#positions.values()) {
      if (position === total) continue;
      counts.push(position - previous);
      previous = position;
    }
    counts.push(total - previous);
    return counts.values().slice();
  }

  #add(column: number, fineY: number): void {
    const { height } = this.#size;
    const y = Math.ceil((fineY + 0.5) / upsampling - 0.5);
    this.#positions.push(column * height + Math.max(0, Math.min(height, y)));
    if (this.#positions.length >= this.#compactAt) this.#compact();
  }

  /** Sorts and cancels, so that memory is bounded by the image and not by a polygon that crosses it ten thousand times. */
  #compact(): void {
    const sorted = this.#positions.values().sort();
    let kept = 0;
    for (const position of sorted) {
      if (kept > 0 && sorted[kept - 1] === position) kept--;
      else sorted[kept++] = position;
    }
    this.#positions.truncate(kept);
    this.#compactAt = Math.max(1 << 20, 2 * kept);
  }
}

/** The smaller fine y of the two steps beside a centre line; `step` is the one to its right. */
function cutOfFlatEdge(step: number, ys: number, slope: number): number {
  return Math.min(Math.trunc(ys + slope * (step - 1) + 0.5), Math.trunc(ys + slope * step + 0.5));
}

/** Fine rows from the edge's upper end to the last step before it passes from one side of the centre line to the other. */
function cutOfSteepEdge(right: number, xs: number, slope: number): number {
  const passed = (step: number): boolean => Math.trunc(xs + slope * step + 0.5) >= right === slope > 0;
  let step = Math.max(1, Math.ceil((right - 0.5 - xs) / slope));
  // The division may be off by one step against the sums that pycocotools takes.
  while (step > 1 && passed(step - 1)) step--;
  while (!passed(step)) step++;
  return step - 1;
}
