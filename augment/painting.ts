import { type Box, boxHeight, boxWidth, clipBox, intersectBoxes, type RgbImage } from '../core/index.ts';
import type { CanvasMask } from './canvas-mask.ts';
import { blankCanvas, blankPatch, type Patch } from './patch.ts';
import { coveredPart, type Placement } from './placement.ts';
import type { AugmentRecipe } from './recipe.ts';
import { drawPlaced } from './resample.ts';

/** A Gaussian ends after so many standard deviations. */
const blurReach = 3;

/** A decoded picture and where it goes. It may have been decoded smaller than its labels are. */
export interface PlacedPicture {
  readonly pixels: RgbImage;
  readonly placement: Placement;
}

/** What is pasted: the donor's picture under a mask of the canvas. */
export interface Overlay extends PlacedPicture {
  readonly mask: CanvasMask;
}

/** Draws the main picture on padding, and the overlay on it: main * (1 - alpha) + donor * alpha (paper section 3). Pure. */
export function paint(main: PlacedPicture, overlay: Overlay | null, { canvas, blendSigma }: AugmentRecipe): RgbImage {
  const { image, whole } = blankCanvas(canvas);
  drawPlaced(main.pixels, main.placement, whole);
  if (!overlay) return image;
  const reach = Math.ceil(blendSigma * blurReach);
  const region = clipBox(grown(overlay.mask.box, reach), canvas);
  const patch = blankPatch(coveredPart(overlay.placement, region));
  drawPlaced(overlay.pixels, overlay.placement, patch);
  if (blendSigma === 0) copyUnder(image, patch, overlay.mask);
  else blend(image, patch, softened(overlay.mask, region, blendSigma), region);
  return image;
}

const grown = ({ x1, y1, x2, y2 }: Box, by: number): Box => ({ x1: x1 - by, y1: y1 - by, x2: x2 + by, y2: y2 + by });

/** Copies the pixels of a patch where the mask is, run by run. The patch covers the mask's ones. */
function copyUnder({ size, data }: RgbImage, patch: Patch, mask: CanvasMask): void {
  const { box } = mask;
  const source = Buffer.from(patch.data.buffer, patch.data.byteOffset, patch.data.length);
  const width = boxWidth(box);
  for (let y = box.y1; y < box.y2; y++) {
    const to = (y * size.width + box.x1) * 3;
    const from = ((y - patch.box.y1) * boxWidth(patch.box) + box.x1 - patch.box.x1) * 3;
    forEachRun(mask.data, mask.words, (y - box.y1) * width, width, (start, end) =>
      source.copy(data, to + start * 3, from + start * 3, from + end * 3),
    );
  }
}

/** Visits the runs of ones of a line of a mask, as half-open ranges of columns; words of zeros and of ones are taken whole. */
function forEachRun(data: Uint8Array, words: Uint32Array, line: number, width: number, visit: (start: number, end: number) => void): void {
  const skip = (column: number, value: 0 | 1): number => {
    const full = value * 0x01010101;
    let at = column;
    while (at < width && data[line + at] === value) at += (at & 3) === 0 && words[(line + at) >> 2] === full ? 4 : 1;
    return at;
  };
  for (let start = skip(0, 0); start < width; ) {
    const end = skip(start, 1);
    visit(start, end);
    start = skip(end, 0);
  }
}

/** Mixes a patch into the image; alpha 0..1 is a row-major map of the region. */
function blend({ size, data }: RgbImage, patch: Patch, alpha: Float32Array, region: Box): void {
  for (let y = patch.box.y1, from = 0; y < patch.box.y2; y++) {
    let at = (y - region.y1) * boxWidth(region) + patch.box.x1 - region.x1;
    for (let to = (y * size.width + patch.box.x1) * 3, end = to + boxWidth(patch.box) * 3; to < end; at++) {
      for (let channel = 0; channel < 3; channel++, to++, from++) {
        data[to] = Math.round(data[to] + alpha[at] * (patch.data[from] - data[to]));
      }
    }
  }
}

/** A mask smoothed by a Gaussian, as a map of a region that holds it; the map goes on beyond the region as it is at its edge. */
function softened(mask: CanvasMask, region: Box, sigma: number): Float32Array {
  const [width, height] = [boxWidth(region), boxHeight(region)];
  const map = new Float32Array(width * height);
  const inside = intersectBoxes(mask.box, region);
  for (let y = inside.y1; y < inside.y2; y++) {
    const from = (y - mask.box.y1) * boxWidth(mask.box) + inside.x1 - mask.box.x1;
    map.set(mask.data.subarray(from, from + boxWidth(inside)), (y - region.y1) * width + inside.x1 - region.x1);
  }
  const kernel = gaussian(sigma);
  return blurLines(blurLines(map, kernel, 1, width, height), kernel, width, height, width);
}

/** Blurs `lines` lines of `length` values that lie `step` apart. */
function blurLines(map: Float32Array, kernel: Float32Array, step: number, length: number, lines: number): Float32Array {
  const result = new Float32Array(map.length);
  const reach = kernel.length >> 1;
  const lineStep = step === 1 ? length : 1;
  for (let line = 0; line < lines; line++) {
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) {
        const near = Math.min(length - 1, Math.max(0, at + tap - reach));
        sum += kernel[tap] * map[line * lineStep + near * step];
      }
      result[line * lineStep + at * step] = sum;
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
