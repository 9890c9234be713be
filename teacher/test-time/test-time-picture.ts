import { boxHeight, boxWidth, clipBox, type RgbImage, type Size, sameSize } from '../../core/index.ts';
import type { View } from './test-time-views.ts';

/**
 * What a view shows of a picture, as the teacher gets it; the picture itself where that is all of it.
 * @param pad grey level beyond the picture's edge, 0..255.
 */
export function viewPicture(image: RgbImage, view: View, pad: number): RgbImage {
  const resized = resize(crop(image, view, pad), view.shown);
  return view.flip ? mirror(resized) : resized;
}

function crop(image: RgbImage, { window }: View, pad: number): RgbImage {
  const size = { width: boxWidth(window), height: boxHeight(window) };
  if (sameSize(size, image.size) && window.x1 === 0 && window.y1 === 0) return image;
  const data = new Uint8Array(size.width * size.height * 3).fill(pad);
  const inside = clipBox(window, image.size);
  for (let y = inside.y1; y < inside.y2; y++) {
    const row = y * image.size.width;
    data.set(image.data.subarray(3 * (row + inside.x1), 3 * (row + inside.x2)), 3 * ((y - window.y1) * size.width + inside.x1 - window.x1));
  }
  return { size, data };
}

/** Bilinear without antialiasing, as teachers' own resizing is. */
function resize(image: RgbImage, size: Size): RgbImage {
  if (sameSize(size, image.size)) return image;
  const columns = neighbours(image.size.width, size.width);
  const rows = neighbours(image.size.height, size.height);
  const data = new Uint8ClampedArray(size.width * size.height * 3);
  const stride = 3 * image.size.width;
  for (let y = 0, at = 0; y < size.height; y++) {
    const low = image.data.subarray(stride * rows.low[y]);
    const high = image.data.subarray(stride * rows.high[y]);
    for (let x = 0; x < size.width; x++) {
      const [left, right, share] = [3 * columns.low[x], 3 * columns.high[x], columns.share[x]];
      for (let channel = 0; channel < 3; channel++, at++) {
        const above = low[left + channel] + (low[right + channel] - low[left + channel]) * share;
        const below = high[left + channel] + (high[right + channel] - high[left + channel]) * share;
        data[at] = above + (below - above) * rows.share[y];
      }
    }
  }
  return { size, data: new Uint8Array(data.buffer) };
}

/** Along one axis: the two source pixels around the centre of each target pixel, and the share of the second, 0..1. */
interface Neighbours {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float64Array;
}

function neighbours(source: number, target: number): Neighbours {
  const found = { low: new Int32Array(target), high: new Int32Array(target), share: new Float64Array(target) };
  for (let at = 0; at < target; at++) {
    const position = Math.max(0, Math.min(source - 1, ((at + 0.5) * source) / target - 0.5));
    found.low[at] = Math.floor(position);
    found.high[at] = Math.min(source - 1, found.low[at] + 1);
    found.share[at] = position - found.low[at];
  }
  return found;
}

function mirror({ size, data }: RgbImage): RgbImage {
  const mirrored = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let from = 3 * ((y + 1) * size.width - 1), end = 3 * y * size.width; from >= end; from -= 3, to += 3) {
      mirrored[to] = data[from];
      mirrored[to + 1] = data[from + 1];
      mirrored[to + 2] = data[from + 2];
    }
  }
  return { size, data: mirrored };
}
