import { areaOf, type Box, boxArea, type RgbImage, type Size } from '../core/index.ts';

/** Pixels on an integer box of the canvas: row-major RGB, uint8. */
export interface Patch {
  readonly box: Box;
  readonly data: Uint8Array;
}

/** Grey 114, what the YOLO family pads with. */
const paddingGrey = 114;

/** A patch of padding. */
export const blankPatch = (box: Box): Patch => ({ box, data: new Uint8Array(boxArea(box) * 3).fill(paddingGrey) });

/** An empty canvas, as an image and as the patch of all of it: both share their pixels. */
export function blankCanvas(canvas: Size): { readonly image: RgbImage; readonly whole: Patch } {
  const data = new Uint8Array(areaOf(canvas) * 3).fill(paddingGrey);
  return { image: { size: canvas, data }, whole: { box: { x1: 0, y1: 0, x2: canvas.width, y2: canvas.height }, data } };
}
