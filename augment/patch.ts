import sharp from 'sharp';
import { type Box, boxHeight, boxWidth, type RgbImage, type Size } from '../core/index.ts';
import { axisMaps, coveredPart, type Placement, scaledOf } from './placement.ts';

/** Pixels of a picture on an integer box of the canvas: row-major RGB, uint8, mirrored as its placement says. */
export interface Patch {
  readonly box: Box;
  readonly data: Uint8Array;
}

/** What a placed picture shows on a region of the canvas; an empty patch where it shows nothing. */
export async function cutPatch(picture: RgbImage, placement: Placement, region: Box): Promise<Patch> {
  const box = coveredPart(placement, region);
  const size = { width: boxWidth(box), height: boxHeight(box) };
  if (size.width === 0 || size.height === 0) return { box: { x1: 0, y1: 0, x2: 0, y2: 0 }, data: new Uint8Array(0) };
  const { x, y } = axisMaps(placement, picture.size);
  const left = Math.min(scaledOf(x, box.x1), scaledOf(x, box.x2 - 1));
  const top = Math.min(scaledOf(y, box.y1), scaledOf(y, box.y2 - 1));
  // libvips works backwards from the cut: what lies outside of it is never resized.
  const pixels = await sharp(picture.data, { raw: { ...picture.size, channels: 3 } })
    .resize(placement.scaled.width, placement.scaled.height, { fit: 'fill', kernel: 'linear' })
    .extract({ left, top, ...size })
    .raw()
    .toBuffer();
  return { box, data: mirrored(pixels, size, placement) };
}

function mirrored(pixels: Uint8Array, { width, height }: Size, { flip, verticalFlip }: Placement): Uint8Array {
  if (!flip && !verticalFlip) return pixels;
  const result = new Uint8Array(pixels.length);
  const step = flip ? -3 : 3;
  for (let row = 0, to = 0; row < height; row++) {
    const line = (verticalFlip ? height - 1 - row : row) * width;
    let from = (flip ? line + width - 1 : line) * 3;
    for (let column = 0; column < width; column++, from += step, to += 3) {
      result[to] = pixels[from];
      result[to + 1] = pixels[from + 1];
      result[to + 2] = pixels[from + 2];
    }
  }
  return result;
}
