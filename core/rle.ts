/**
 * Run-length masks as COCO has them, equal bit for bit to pycocotools (its C file maskApi.c says what is meant; the code here is our own).
 * Everything but {@link encode} and the decoders works on runs, so its cost follows the outline of an object and not its area.
 */
import type { Box } from './box.ts';
import { boxHeight, boxWidth } from './box.ts';
import { badValue } from './errors.ts';
import type { BitMask, Rle } from './mask.ts';
import { forEachRun, GrowingUint32 } from './rle-runs.ts';

export { fromBox, fromPolygons } from './polygon.ts';
export { area, iou, iouMatrix, toBox } from './rle-measure.ts';
export { merge, subtract } from './rle-merge.ts';
export { countsFromString, countsToString, fromCounts, fromString } from './rle-string.ts';

/** Run lengths of a row-major mask of zeros and ones. */
export function encode({ size, data }: BitMask): Rle {
  const { width, height } = size;
  const boundaries = new GrowingUint32(64);
  // A Buffer searches with memchr, many times faster than a Uint8Array does.
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const first = bytes.indexOf(1);
  if (first >= 0) {
    const top = Math.floor(first / width);
    const bottom = Math.floor(bytes.lastIndexOf(1) / width) + 1;
    findBoundaries(data, width, height, top, bottom, boundaries);
  }
  return { size, counts: countsBetween(boundaries.values(), width * height) };
}

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

/** Column-major pixel numbers where the value changes. Rows outside top..bottom are known to be zero and are not read. */
function findBoundaries(data: Uint8Array, width: number, height: number, top: number, bottom: number, found: GrowingUint32): void {
  const columnsTouch = top === 0 && bottom === height;
  let value = 0;
  for (let x = 0; x < width; x++) {
    for (let y = top, at = top * width + x; y < bottom; y++, at += width) {
      if (data[at] !== value) {
        value ^= 1;
        found.push(x * height + y);
      }
    }
    if (value === 1 && !columnsTouch) {
      value = 0;
      found.push(x * height + bottom);
    }
  }
}

/** Run lengths between sorted boundaries and the end. */
function countsBetween(boundaries: Uint32Array, total: number): Uint32Array {
  const closed = boundaries.length > 0 && boundaries[boundaries.length - 1] === total;
  const counts = new Uint32Array(boundaries.length + (closed ? 0 : 1));
  let previous = 0;
  for (let run = 0; run < counts.length; run++) {
    const boundary = run < boundaries.length ? boundaries[run] : total;
    counts[run] = boundary - previous;
    previous = boundary;
  }
  return counts;
}
