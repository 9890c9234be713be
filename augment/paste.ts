import { areaOf, type Box, boxWidth, clipBox, type RgbImage, type Size } from '../core/index.ts';
import { type CanvasMask, stamp } from './canvas-mask.ts';
import type { Patch } from './patch.ts';

/** Grey 114, what the YOLO family pads with. */
const paddingGrey = 114;
/** A Gaussian ends after so many standard deviations. */
const blurReach = 3;

/** A padded canvas with one picture on it. */
export function canvasWith(patch: Patch, canvas: Size): RgbImage {
  const data = new Uint8Array(areaOf(canvas) * 3).fill(paddingGrey);
  const lineBytes = boxWidth(patch.box) * 3;
  for (let y = patch.box.y1, from = 0; y < patch.box.y2; y++, from += lineBytes) {
    data.set(patch.data.subarray(from, from + lineBytes), (y * canvas.width + patch.box.x1) * 3);
  }
  return { size: canvas, data };
}

/** Row-major map of the canvas: 1 where one of the masks is. */
export function unionOf(masks: readonly CanvasMask[], canvas: Size): Uint8Array {
  const union = new Uint8Array(areaOf(canvas));
  for (const mask of masks) stamp(mask, canvas, union);
  return union;
}

/** The part of the canvas that pasting these masks may change; soft edges reach beyond the masks. */
export function pasteRegion(masks: readonly CanvasMask[], canvas: Size, blendSigma: number): Box {
  const reach = Math.ceil(blendSigma * blurReach);
  return clipBox(
    {
      x1: Math.min(...masks.map(({ box }) => box.x1)) - reach,
      y1: Math.min(...masks.map(({ box }) => box.y1)) - reach,
      x2: Math.max(...masks.map(({ box }) => box.x2)) + reach,
      y2: Math.max(...masks.map(({ box }) => box.y2)) + reach,
    },
    canvas,
  );
}

/** Writes a patch over the image: image * (1 - alpha) + patch * alpha (paper section 3), alpha a row-major map of the canvas, 0..1. */
export function paste(image: RgbImage, patch: Patch, alpha: Uint8Array | Float32Array): void {
  const { size, data } = image;
  for (let y = patch.box.y1, from = 0; y < patch.box.y2; y++) {
    for (let x = patch.box.x1, at = y * size.width + x; x < patch.box.x2; x++, at++, from += 3) {
      const share = alpha[at];
      if (share === 0) continue;
      const to = at * 3;
      data[to] = Math.round(data[to] + share * (patch.data[from] - data[to]));
      data[to + 1] = Math.round(data[to + 1] + share * (patch.data[from + 1] - data[to + 1]));
      data[to + 2] = Math.round(data[to + 2] + share * (patch.data[from + 2] - data[to + 2]));
    }
  }
}

/** A map of the canvas smoothed by a Gaussian; the map goes on beyond the edges as it is there. */
export function softened(map: Uint8Array, canvas: Size, sigma: number): Float32Array {
  const kernel = gaussian(sigma);
  const across = blurLines(map, canvas, kernel, 1, canvas.width);
  return blurLines(across, canvas, kernel, canvas.width, canvas.height);
}

/** Blurs along lines of `length` values that lie `step` apart. */
function blurLines(map: Uint8Array | Float32Array, canvas: Size, kernel: Float32Array, step: number, length: number): Float32Array {
  const result = new Float32Array(map.length);
  const reach = kernel.length >> 1;
  const lineStart = step === 1 ? canvas.width : 1;
  for (let line = 0; line < map.length / length; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) {
        const near = Math.min(length - 1, Math.max(0, at + tap - reach));
        sum += kernel[tap] * map[line * lineStart + near * step];
      }
      result[line * lineStart + at * step] = sum;
    }
  }
  return result;
}

/** Weights that sum to 1. */
function gaussian(sigma: number): Float32Array {
  const reach = Math.ceil(sigma * blurReach);
  const weights = Float32Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-((at - reach) ** 2) / (2 * sigma * sigma)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
