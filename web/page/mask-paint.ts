import { type Rle, rle } from '../../core/index.ts';

/** A mask as the server sends it: COCO's compressed run lengths, at the size of the picture. */
export interface SentMask {
  readonly size: { readonly width: number; readonly height: number };
  readonly counts: string;
}

/** Red, green, blue and opacity, each 0..255. */
export type Paint = readonly [number, number, number, number];

export const maskOf = ({ size, counts }: SentMask): Rle => rle.fromString(size, counts);

/**
 * Paints a mask over a picture's pixels: its runs go down columns, so that no pixel outside it is looked at. The outline is drawn opaque.
 * @param pixels of a canvas of the mask's size
 */
export function paintMask(pixels: ImageData, { size, counts }: Rle, [red, green, blue, opacity]: Paint): void {
  const words = new Uint32Array(pixels.data.buffer);
  const color = (opacity << 24) | (blue << 16) | (green << 8) | red;
  const edge = (255 << 24) | (blue << 16) | (green << 8) | red;
  let at = 0;
  for (const [index, run] of counts.entries()) {
    if (index % 2 === 1) paintRun(words, size, at, at + run, color, edge);
    at += run;
  }
}

function paintRun(words: Uint32Array, { width, height }: Rle['size'], from: number, to: number, color: number, edge: number): void {
  for (let at = from; at < to; at++) {
    const [x, y] = [Math.floor(at / height), at % height];
    words[y * width + x] = at === from || at === to - 1 ? edge : color;
  }
}

/** Colours of classes that are told apart by people who see colours differently (Okabe and Ito, 2008). */
const CLASS_COLORS = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
] as const;

export function classColor(index: number): readonly [number, number, number] {
  return CLASS_COLORS[index % CLASS_COLORS.length] ?? CLASS_COLORS[0];
}
