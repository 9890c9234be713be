import type { Box } from './box.ts';
import { boxHeight, boxWidth } from './box.ts';
import { badValue } from './errors.ts';
import type { BitMask, Rle } from './mask.ts';
import { forEachRun } from './rle-runs.ts';

/** The whole mask, row-major. Allocates width * height bytes; {@link decodeInside} allocates less. */
export function decode(rle: Rle): BitMask {
  return decodeInside(rle, { x1: 0, y1: 0, x2: rle.size.width, y2: rle.size.height });
}

/**
 * The part of a mask inside an integer half-open box, row-major, as large as the box; pixels outside the image are 0.
 * Allocates by the box alone, never by the image.
 */
export function decodeInside(rle: Rle, box: Box): BitMask {
  if (![box.x1, box.y1, box.x2, box.y2].every(Number.isSafeInteger)) throw badValue('box', 'integer corners', box);
  const size = { width: boxWidth(box), height: boxHeight(box) };
  const data = new Uint8Array(size.width * size.height);
  const { height } = rle.size;
  forEachRun(rle, (start, end) => {
    const lastX = Math.min(box.x2 - 1, Math.floor((end - 1) / height));
    for (let x = Math.max(box.x1, Math.floor(start / height)); x <= lastX; x++) {
      const from = Math.max(box.y1, start - x * height, 0);
      const to = Math.min(box.y2, end - x * height, height);
      for (let y = from, at = (from - box.y1) * size.width + x - box.x1; y < to; y++, at += size.width) data[at] = 1;
    }
  });
  return { size, data };
}
