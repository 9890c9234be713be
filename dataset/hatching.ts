import { type RgbImage, type Rle, rle } from '../core/index.ts';
import { Canvas, type Rgb } from './canvas.ts';

/** A light and a dark line side by side show on any picture. */
const LINES: readonly Rgb[] = [
  [222, 222, 222],
  [38, 38, 38],
];
/** From one pair of lines to the next, in pixels along a row. */
const PERIOD_PX = 8;

/** Draws parts of a picture of which nobody knows what they are: hatched in grey, without outline. Pure: the picture is copied. */
export function drawHatched(image: RgbImage, regions: readonly Rle[]): RgbImage {
  const canvas = new Canvas(image);
  const { width } = canvas.size;
  const hidden = regions.length > 0 ? rle.decode(rle.union(regions)).data : new Uint8Array();
  for (const [at, inside] of hidden.entries()) {
    const line = LINES[((at % width) + Math.floor(at / width)) % PERIOD_PX];
    if (inside === 1 && line) canvas.blend(at, line, 1);
  }
  return { size: canvas.size, data: canvas.data };
}
