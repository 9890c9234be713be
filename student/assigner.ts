import type { Box, ClassIndex } from '../core/index.ts';
import type { Anchors } from './anchors.ts';

/**
 * Task-aligned assignment (Feng et al., "TOOD", ICCV 2021, section 3.2, with the exponents that YOLOv8 uses):
 * an object's positives are the anchors inside its box that classify and localise it best, t = score^alpha * IoU^beta.
 */
const SCORE_EXPONENT = 0.5;
const IOU_EXPONENT = 6;
const POSITIVES_PER_OBJECT = 10;

export interface AssignedObject {
  readonly classIndex: ClassIndex;
  readonly box: Box;
}

/** What the student says of one image, read back from the step. */
export interface ImagePrediction {
  /** [A, K], row-major. */
  readonly classLogits: Float32Array;
  readonly classCount: number;
  /** [A, 4] x1, y1, x2, y2 in input pixels. */
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

interface Candidate {
  readonly anchor: number;
  readonly object: number;
  readonly alignment: number;
  readonly iou: number;
  readonly distance: number;
}

/** Positives of one image, objects in order and best anchors first. Each anchor has at most one object. */
export function assign(anchors: Anchors, prediction: ImagePrediction, objects: readonly AssignedObject[]): Positive[] {
  const claims = new Map<number, Candidate>();
  objects.forEach((object, index) => {
    for (const candidate of bestCandidates(anchors, prediction, object, index)) {
      const rival = claims.get(candidate.anchor);
      if (rival === undefined || candidate.iou > rival.iou) claims.set(candidate.anchor, candidate);
    }
  });
  const won = objects.map((): Candidate[] => []);
  for (const candidate of claims.values()) won[candidate.object]?.push(candidate);
  return won.flatMap(positives);
}

function bestCandidates(anchors: Anchors, prediction: ImagePrediction, object: AssignedObject, index: number): Candidate[] {
  const candidates = insideAnchors(anchors, object.box).map((anchor) => rate(anchors, prediction, object, index, anchor));
  return candidates.sort(byAlignment).slice(0, POSITIVES_PER_OBJECT);
}

/** Early in training every alignment is next to 0: then the anchors nearest to the center are the best. Anchor order breaks the last ties. */
function byAlignment(a: Candidate, b: Candidate): number {
  return b.alignment - a.alignment || a.distance - b.distance || a.anchor - b.anchor;
}

function rate(
  anchors: Anchors,
  { classLogits, classCount, boxes }: ImagePrediction,
  { classIndex, box }: AssignedObject,
  object: number,
  anchor: number,
): Candidate {
  const logit = classLogits[anchor * classCount + classIndex] as number;
  const score = 1 / (1 + Math.exp(-logit));
  const iou = iouAt(boxes, anchor * 4, box);
  const dx = (anchors.x[anchor] as number) - (box.x1 + box.x2) / 2;
  const dy = (anchors.y[anchor] as number) - (box.y1 + box.y2) / 2;
  return { anchor, object, iou, alignment: score ** SCORE_EXPONENT * iou ** IOU_EXPONENT, distance: dx * dx + dy * dy };
}

function iouAt(boxes: Float32Array, at: number, box: Box): number {
  const [x1, y1, x2, y2] = [boxes[at] as number, boxes[at + 1] as number, boxes[at + 2] as number, boxes[at + 3] as number];
  const width = Math.min(x2, box.x2) - Math.max(x1, box.x1);
  const height = Math.min(y2, box.y2) - Math.max(y1, box.y1);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / ((x2 - x1) * (y2 - y1) + (box.x2 - box.x1) * (box.y2 - box.y1) - intersection);
}

/** Anchors whose centers lie in the box; where none does, the finest anchor nearest to its center. */
function insideAnchors(anchors: Anchors, box: Box): number[] {
  const inside: number[] = [];
  for (const { stride, cells, first } of anchors.levels) {
    const left = Math.max(0, Math.ceil(box.x1 / stride - 0.5));
    const right = Math.min(cells - 1, Math.floor(box.x2 / stride - 0.5));
    const top = Math.max(0, Math.ceil(box.y1 / stride - 0.5));
    const bottom = Math.min(cells - 1, Math.floor(box.y2 / stride - 0.5));
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) inside.push(first + y * cells + x);
  }
  return inside.length > 0 ? inside : [nearestAnchor(anchors, box)];
}

function nearestAnchor({ levels }: Anchors, box: Box): number {
  const { stride, cells, first } = levels[0] as Anchors['levels'][number];
  const cell = (from: number, to: number) => Math.max(0, Math.min(cells - 1, Math.floor((from + to) / 2 / stride)));
  return first + cell(box.y1, box.y2) * cells + cell(box.x1, box.x2);
}

function positives(candidates: readonly Candidate[]): Positive[] {
  const bestAlignment = Math.max(...candidates.map((candidate) => candidate.alignment));
  const bestIou = Math.max(...candidates.map((candidate) => candidate.iou));
  return [...candidates].sort(byAlignment).map(({ anchor, object, alignment }, rank) => {
    const share = bestAlignment > 0 ? alignment / bestAlignment : rank === 0 ? 1 : 0;
    return { anchor, object, rank, score: Math.max(share * bestIou, rank === 0 ? MIN_BEST_SCORE : 0) };
  });
}

/** An object's best anchor always gets some pull, or an object that is still missed altogether would stay so. */
const MIN_BEST_SCORE = 0.1;
