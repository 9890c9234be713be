import type { Size } from './size.ts';

/**
 * Half-open box in absolute pixels: origin top left, x right, y down, pixel i covers [i, i+1).
 * The first pixel alone is {x1:0, y1:0, x2:1, y2:1}, which is COCO's [0,0,1,1].
 */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export const boxWidth = (box: Box): number => Math.max(0, box.x2 - box.x1);
export const boxHeight = (box: Box): number => Math.max(0, box.y2 - box.y1);
/** Area in px2; 0 for an inverted box. */
export const boxArea = (box: Box): number => boxWidth(box) * boxHeight(box);

/** Overlap of two boxes; its area is 0 where they do not meet. */
export function intersectBoxes(a: Box, b: Box): Box {
  return { x1: Math.max(a.x1, b.x1), y1: Math.max(a.y1, b.y1), x2: Math.min(a.x2, b.x2), y2: Math.min(a.y2, b.y2) };
}

/** Intersection over union, 0..1; 0 where both are empty. */
export function boxIou(a: Box, b: Box): number {
  const intersection = boxArea(intersectBoxes(a, b));
  const union = boxArea(a) + boxArea(b) - intersection;
  return union > 0 ? intersection / union : 0;
}

/** The part of a box inside an image. */
export const clipBox = (box: Box, { width, height }: Size): Box => intersectBoxes(box, { x1: 0, y1: 0, x2: width, y2: height });

/** COCO's corner and extent. Used only at the doors (COCO files). */
export interface XywhBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const toXywh = (box: Box): XywhBox => ({ x: box.x1, y: box.y1, width: boxWidth(box), height: boxHeight(box) });
export const fromXywh = ({ x, y, width, height }: XywhBox): Box => ({ x1: x, y1: y, x2: x + width, y2: y + height });
