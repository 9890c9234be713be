import type { Box, ClassIndex } from '../../core/index.ts';
import type { AnchorLevel, Anchors } from './anchors.ts';

/**
 * Task-aligned assignment (Feng et al., "TOOD", ICCV 2021, section 3.2, with the exponents that YOLOv8 uses):
 * an object's positives are the anchors inside its box that classify and localise it best, t = score^(1/2) * IoU^6.
 */
const POSITIVES_PER_OBJECT = 10;
/** An object's best anchor always gets some pull, or an object that is still missed altogether would stay so. */
const MIN_BEST_SCORE = 0.1;

export interface AssignedObject {
  readonly classIndex: ClassIndex;
  readonly box: Box;
}

/** What the student says of one image, read back from the step. */
export interface ImagePrediction {
  /** [A, K], row-major. */
  readonly classLogits: Float32Array;
  readonly classCount: number;
  /** [A, 4] x1, y1, x2, y2 in input pixels; only those of {@link candidateAnchors} are looked at. */
  readonly boxes: Float32Array;
}

/** One anchor that shall find one object. */
export interface Positive {
  readonly anchor: number;
  /** Index into the image's objects. */
  readonly object: number;
  /** Soft class target 0..1: the object's best IoU, shared out by alignment. */
  readonly score: number;
  /** 0 for the object's best anchor, 1 for the second, ... */
  readonly rank: number;
}

/** All anchors that any of the objects may have, in ascending order. */
export function candidateAnchors(anchors: Anchors, objects: readonly AssignedObject[]): Int32Array {
  const isCandidate = new Uint8Array(anchors.count);
  for (const { box } of objects) {
    forEachCandidate(anchors, box, (anchor) => {
      isCandidate[anchor] = 1;
    });
  }
  const found = new Int32Array(anchors.count);
  let count = 0;
  for (let anchor = 0; anchor < anchors.count; anchor++) if (isCandidate[anchor] === 1) found[count++] = anchor;
  return found.subarray(0, count);
}

/** Positives of one image, objects in order and best anchors first. Each anchor has at most one object: the one that it fits best, the first of equals. */
export function assign(anchors: Anchors, prediction: ImagePrediction, objects: readonly AssignedObject[]): Positive[] {
  const shortlists = new Shortlists(objects.length);
  objects.forEach((object, index) => {
    shortlistAnchors(shortlists, anchors, prediction, object, index);
  });
  const owners = shortlists.owners(anchors.count);
  return objects.flatMap((_, index) => shortlists.positives(index, owners));
}

function shortlistAnchors(
  shortlists: Shortlists,
  anchors: Anchors,
  { classLogits, classCount, boxes }: ImagePrediction,
  { classIndex, box }: AssignedObject,
  object: number,
): void {
  const [centerX, centerY] = [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2];
  forEachCandidate(anchors, box, (anchor) => {
    const iou = iouAt(boxes, anchor * 4, box);
    const score = 1 / (1 + Math.exp(-classLogits[anchor * classCount + classIndex]));
    const cube = iou * iou * iou;
    const dx = anchors.x[anchor] - centerX;
    const dy = anchors.y[anchor] - centerY;
    shortlists.offer(object, anchor, Math.sqrt(score) * (cube * cube), iou, dx * dx + dy * dy);
  });
}

function iouAt(boxes: Float32Array, at: number, box: Box): number {
  const x1 = boxes[at];
  const y1 = boxes[at + 1];
  const x2 = boxes[at + 2];
  const y2 = boxes[at + 3];
  const width = Math.min(x2, box.x2) - Math.max(x1, box.x1);
  const height = Math.min(y2, box.y2) - Math.max(y1, box.y1);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / ((x2 - x1) * (y2 - y1) + (box.x2 - box.x1) * (box.y2 - box.y1) - intersection);
}

/** Visits the anchors whose centers lie in the box; where none does, the finest anchor nearest to its center. */
function forEachCandidate(anchors: Anchors, box: Box, visit: (anchor: number) => void): void {
  let visited = 0;
  for (const level of anchors.levels) visited += forEachInside(level, box, visit);
  if (visited === 0) visit(nearestAnchor(anchors.levels[0], box));
}

/** Visits a level's anchors whose centers lie in the box, its edges included. How many they are. */
export function forEachInside({ stride, cells, first }: AnchorLevel, box: Box, visit: (anchor: number) => void): number {
  const left = Math.max(0, Math.ceil(box.x1 / stride - 0.5));
  const right = Math.min(cells - 1, Math.floor(box.x2 / stride - 0.5));
  const top = Math.max(0, Math.ceil(box.y1 / stride - 0.5));
  const bottom = Math.min(cells - 1, Math.floor(box.y2 / stride - 0.5));
  for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) visit(first + y * cells + x);
  return Math.max(0, right - left + 1) * Math.max(0, bottom - top + 1);
}

function nearestAnchor({ stride, cells, first }: AnchorLevel, box: Box): number {
  const cell = (from: number, to: number) => Math.max(0, Math.min(cells - 1, Math.floor((from + to) / 2 / stride)));
  return first + cell(box.y1, box.y2) * cells + cell(box.x1, box.x2);
}

/** The best few anchors of each object, best first: {@link POSITIVES_PER_OBJECT} slots an object, as flat arrays. */
class Shortlists {
  readonly #lengths: Int32Array;
  readonly #anchors: Int32Array;
  readonly #alignments: Float64Array;
  readonly #ious: Float64Array;
  readonly #distances: Float64Array;

  constructor(objects: number) {
    const slots = objects * POSITIVES_PER_OBJECT;
    this.#lengths = new Int32Array(objects);
    this.#anchors = new Int32Array(slots);
    this.#alignments = new Float64Array(slots);
    this.#ious = new Float64Array(slots);
    this.#distances = new Float64Array(slots);
  }

  /** Takes an anchor in where it is among the best; anchors are offered in ascending order. */
  offer(object: number, anchor: number, alignment: number, iou: number, distance: number): void {
    const first = object * POSITIVES_PER_OBJECT;
    let slot = first + this.#lengths[object];
    if (this.#lengths[object] < POSITIVES_PER_OBJECT) this.#lengths[object]++;
    else if (!this.#isBetter(alignment, distance, --slot)) return;
    for (; slot > first && this.#isBetter(alignment, distance, slot - 1); slot--) this.#move(slot - 1, slot);
    this.#anchors[slot] = anchor;
    this.#alignments[slot] = alignment;
    this.#ious[slot] = iou;
    this.#distances[slot] = distance;
  }

  /** [A] the slot that has each anchor, -1 where none has. */
  owners(anchorCount: number): Int32Array {
    const owners = new Int32Array(anchorCount).fill(-1);
    this.#lengths.forEach((length, object) => {
      for (let slot = object * POSITIVES_PER_OBJECT, end = slot + length; slot < end; slot++) {
        const rival = owners[this.#anchors[slot]];
        if (rival < 0 || this.#ious[slot] > this.#ious[rival]) owners[this.#anchors[slot]] = slot;
      }
    });
    return owners;
  }

  /** The anchors of an object that it has to itself, with their scores. */
  positives(object: number, owners: Int32Array): Positive[] {
    const first = object * POSITIVES_PER_OBJECT;
    const won: number[] = [];
    for (let slot = first; slot < first + this.#lengths[object]; slot++) if (owners[this.#anchors[slot]] === slot) won.push(slot);
    const bestAlignment = this.#alignments[won[0]];
    const bestIou = Math.max(...won.map((slot) => this.#ious[slot]));
    return won.map((slot, rank) => {
      const share = bestAlignment > 0 ? this.#alignments[slot] / bestAlignment : rank === 0 ? 1 : 0;
      return { anchor: this.#anchors[slot], object, rank, score: Math.max(share * bestIou, rank === 0 ? MIN_BEST_SCORE : 0) };
    });
  }

  /** Early in training every alignment is next to 0: then the anchors nearest to the center are the best. Of equals the first one stays. */
  #isBetter(alignment: number, distance: number, than: number): boolean {
    const other = this.#alignments[than];
    return alignment > other || (!(alignment < other) && distance < this.#distances[than]);
  }

  #move(from: number, to: number): void {
    this.#anchors[to] = this.#anchors[from];
    this.#alignments[to] = this.#alignments[from];
    this.#ious[to] = this.#ious[from];
    this.#distances[to] = this.#distances[from];
  }
}
