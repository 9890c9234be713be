import { type BitMask, type Box, type Rle, rle, type Size } from '../../../core/index.ts';
import { rowSpans, runsOf } from './mask-runs.ts';
import { type Point, strokeSpans } from './stroke-spans.ts';

/** What a tool makes of pixels. */
export type Ink = 0 | 1;

/** Side of the squares of which copies are kept before they change, in px. */
const TILE = 64;
/** Bytes of such copies; the oldest strokes cannot be undone any more beyond it. */
const MOST_BYTES = 64_000_000;

/** What was in the tiles that a stroke changed, by their number; once it is undone, what the stroke made of them. */
interface Stroke {
  readonly tiles: Map<number, Uint8Array>;
  /** Of the whole mask, at the same time as the tiles. */
  areaPx2: number;
}

const NOTHING: Box = { x1: 0, y1: 0, x2: 0, y2: 0 };

/** A mask that is drawn on, at the size of its picture, with strokes that can be undone. A stroke costs what it changes, not what the picture has. */
export class MaskEdit {
  readonly size: Size;
  readonly #data: Uint8Array;
  readonly #tilesAcross: number;
  #areaPx2: number;
  #stroke: Stroke;
  #done: Stroke[] = [];
  #undone: Stroke[] = [];
  #bytes = 0;
  #changed = NOTHING;

  constructor(mask: Rle) {
    this.size = mask.size;
    this.#data = rle.decode(mask).data;
    this.#tilesAcross = Math.ceil(mask.size.width / TILE);
    this.#areaPx2 = rle.area(mask);
    this.#stroke = { tiles: new Map(), areaPx2: this.#areaPx2 };
  }

  get mask(): BitMask {
    return { size: this.size, data: this.#data };
  }

  get areaPx2(): number {
    return this.#areaPx2;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** A part of a stroke, as far as the pointer came; {@link endStroke} makes one step of all parts. @param diameter in px */
  brush(from: Point, to: Point, diameter: number, ink: Ink): void {
    strokeSpans(this.size, from, to, diameter, (y, x1, x2) => this.#paint(y, x1, x2, ink));
  }

  /** What lies within a polygon, by COCO's rule; one step of its own. */
  fill(points: readonly Point[], ink: Ink): void {
    const polygon = rle.fromPolygons(this.size, [points.flatMap(({ x, y }) => [x, y])]);
    const box = rle.toBox(polygon);
    rowSpans(rle.decodeInside(polygon, box), (y, x1, x2) => this.#paint(box.y1 + y, box.x1 + x1, box.x1 + x2, ink));
    this.endStroke();
  }

  endStroke(): void {
    if (this.#stroke.tiles.size === 0) return;
    this.#done.push(this.#stroke);
    this.#bytes += bytesOf(this.#stroke);
    this.#stroke = { tiles: new Map(), areaPx2: this.#areaPx2 };
    for (const undone of this.#undone) this.#bytes -= bytesOf(undone);
    this.#undone = [];
    while (this.#bytes > MOST_BYTES && this.#done.length > 1) this.#bytes -= bytesOf(this.#done.splice(0, 1)[0] as Stroke);
  }

  /** Takes back the stroke that has no end yet; it cannot be done again. */
  cancelStroke(): void {
    this.#swap(this.#stroke);
    this.#stroke = { tiles: new Map(), areaPx2: this.#areaPx2 };
  }

  undo(): void {
    const stroke = this.#done.pop();
    if (stroke === undefined) return;
    this.#swap(stroke);
    this.#undone.push(stroke);
  }

  redo(): void {
    const stroke = this.#undone.pop();
    if (stroke === undefined) return;
    this.#swap(stroke);
    this.#done.push(stroke);
  }

  /** The pixels that changed since this was asked last: what has to be painted again. Empty where nothing did. */
  takeChanged(): Box {
    const changed = this.#changed;
    this.#changed = NOTHING;
    return changed;
  }

  /** As the server takes it. */
  counts(): readonly number[] {
    return runsOf(this.mask);
  }

  #paint(y: number, x1: number, x2: number, ink: Ink): void {
    for (let x = x1 - (x1 % TILE); x < x2; x += TILE) this.#keep(Math.floor(y / TILE) * this.#tilesAcross + x / TILE);
    const pixels = this.#data.subarray(y * this.size.width + x1, y * this.size.width + x2);
    this.#areaPx2 += ink * pixels.length - ones(pixels);
    pixels.fill(ink);
    this.#change({ x1, y1: y, x2, y2: y + 1 });
  }

  #keep(tile: number): void {
    const { tiles } = this.#stroke;
    if (!tiles.has(tile)) tiles.set(tile, this.#copyOf(this.#boxOf(tile)));
  }

  #boxOf(tile: number): Box {
    const [x1, y1] = [(tile % this.#tilesAcross) * TILE, Math.floor(tile / this.#tilesAcross) * TILE];
    return { x1, y1, x2: Math.min(x1 + TILE, this.size.width), y2: Math.min(y1 + TILE, this.size.height) };
  }

  #copyOf({ x1, y1, x2, y2 }: Box): Uint8Array {
    const copy = new Uint8Array((x2 - x1) * (y2 - y1));
    for (let y = y1; y < y2; y++) copy.set(this.#data.subarray(y * this.size.width + x1, y * this.size.width + x2), (y - y1) * (x2 - x1));
    return copy;
  }

  /** Puts back what a stroke kept, and keeps what was there in its place. */
  #swap(stroke: Stroke): void {
    for (const [tile, before] of stroke.tiles) {
      const box = this.#boxOf(tile);
      const now = this.#copyOf(box);
      const across = box.x2 - box.x1;
      for (let y = box.y1, from = 0; y < box.y2; y++, from += across)
        this.#data.set(before.subarray(from, from + across), y * this.size.width + box.x1);
      stroke.tiles.set(tile, now);
      this.#change(box);
    }
    const areaPx2 = this.#areaPx2;
    this.#areaPx2 = stroke.areaPx2;
    this.#stroke.areaPx2 = stroke.areaPx2;
    stroke.areaPx2 = areaPx2;
  }

  #change({ x1, y1, x2, y2 }: Box): void {
    const before = this.#changed;
    this.#changed =
      before.x1 === before.x2
        ? { x1, y1, x2, y2 }
        : { x1: Math.min(x1, before.x1), y1: Math.min(y1, before.y1), x2: Math.max(x2, before.x2), y2: Math.max(y2, before.y2) };
  }
}

function ones(pixels: Uint8Array): number {
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  return sum;
}

const bytesOf = ({ tiles }: Stroke): number => [...tiles.values()].reduce((sum, { length }) => sum + length, 0);
