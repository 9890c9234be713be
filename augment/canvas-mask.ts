import { type Box, boxHeight, boxWidth, intersectBoxes, type Rle, rle, type Size } from '../core/index.ts';
import { type AxisMap, canvasRange, sourceOf } from './placement.ts';

/** The visible pixels of one object: 0 or 1, row-major, cut to an integer half-open box of the canvas. */
export interface CanvasMask {
  readonly box: Box;
  readonly data: Uint8Array;
  readonly areaPx2: number;
}

/** The canvas pixels whose centres lie in a box of the picture; may reach beyond the canvas. */
export function canvasBoxOf(box: Box, axes: { readonly x: AxisMap; readonly y: AxisMap }): Box {
  const x = canvasRange(axes.x, box.x1, box.x2);
  const y = canvasRange(axes.y, box.y1, box.y2);
  return { x1: x.from, y1: y.from, x2: x.to, y2: y.to };
}

/** A mask of the picture as it falls on the pixels of `box`, an integer box of the canvas that the picture covers. Nearest sampling at pixel centres. */
export function placeMask(mask: Rle, axes: { readonly x: AxisMap; readonly y: AxisMap }, box: Box): CanvasMask {
  const columns = sourcePixels(axes.x, box.x1, boxWidth(box));
  const rows = sourcePixels(axes.y, box.y1, boxHeight(box));
  const data = new Uint8Array(columns.length * rows.length);
  if (data.length === 0) return { box, data, areaPx2: 0 };
  const cut = {
    x1: extreme(columns, Math.min),
    y1: extreme(rows, Math.min),
    x2: extreme(columns, Math.max) + 1,
    y2: extreme(rows, Math.max) + 1,
  };
  const source = rle.decodeInside(mask, cut);
  let areaPx2 = 0;
  for (let row = 0, at = 0; row < rows.length; row++) {
    const line = (rows[row] - cut.y1) * source.size.width - cut.x1;
    for (let column = 0; column < columns.length; column++, at++) {
      const value = source.data[line + columns[column]];
      data[at] = value;
      areaPx2 += value;
    }
  }
  return { box, data, areaPx2 };
}

/** Source pixels are monotonous along an axis, so that the extremes lie at its ends. */
const extreme = (pixels: Int32Array, pick: (a: number, b: number) => number): number => pick(pixels[0], pixels[pixels.length - 1]);

function sourcePixels(axis: AxisMap, from: number, count: number): Int32Array {
  const pixels = new Int32Array(count);
  for (let at = 0; at < count; at++) pixels[at] = sourceOf(axis, from + at);
  return pixels;
}

/** Sets the pixels of a mask in a row-major map of the whole canvas. */
export function stamp(mask: CanvasMask, canvas: Size, map: Uint8Array): void {
  const { box, data } = mask;
  for (let y = box.y1, at = 0; y < box.y2; y++) {
    for (let x = box.x1; x < box.x2; x++, at++) map[y * canvas.width + x] |= data[at];
  }
}

/** What remains of a mask under a row-major map of the canvas whose ones cover it. */
export function hideUnder(mask: CanvasMask, canvas: Size, map: Uint8Array): CanvasMask {
  const { box } = mask;
  const data = new Uint8Array(mask.data.length);
  let areaPx2 = 0;
  for (let y = box.y1, at = 0; y < box.y2; y++) {
    for (let x = box.x1; x < box.x2; x++, at++) {
      const value = mask.data[at] & (map[y * canvas.width + x] ^ 1);
      data[at] = value;
      areaPx2 += value;
    }
  }
  return { box, data, areaPx2 };
}

/** The tight half-open box of a mask's pixels; it must have one. */
export function tightBox({ box, data }: CanvasMask): Box {
  const width = boxWidth(box);
  const top = Math.floor(data.indexOf(1) / width);
  const bottom = Math.floor(data.lastIndexOf(1) / width) + 1;
  let left = width;
  let right = 0;
  for (let row = top; row < bottom; row++) {
    for (let column = 0, at = row * width; column < width; column++, at++) {
      if (data[at] === 0) continue;
      if (column < left) left = column;
      if (column >= right) right = column + 1;
    }
  }
  return { x1: box.x1 + left, y1: box.y1 + top, x2: box.x1 + right, y2: box.y1 + bottom };
}

/** The half-open prototype cells of `stride` canvas pixels a side that a box touches. */
export function gridOf(box: Box, stride: number): Box {
  return {
    x1: Math.floor(box.x1 / stride),
    y1: Math.floor(box.y1 / stride),
    x2: Math.ceil(box.x2 / stride),
    y2: Math.ceil(box.y2 / stride),
  };
}

/** Writes the share 0..255 of each cell of `grid` that the mask covers, row-major, into `coverage` (zeros before). */
export function measureCoverage(mask: CanvasMask, grid: Box, stride: 2 | 4, coverage: Uint8Array): void {
  const shift = stride === 4 ? 2 : 1;
  const width = boxWidth(grid);
  const inside = intersectBoxes(mask.box, { x1: grid.x1 * stride, y1: grid.y1 * stride, x2: grid.x2 * stride, y2: grid.y2 * stride });
  for (let y = inside.y1; y < inside.y2; y++) {
    const cells = ((y >> shift) - grid.y1) * width - grid.x1;
    const pixels = (y - mask.box.y1) * boxWidth(mask.box) - mask.box.x1;
    for (let x = inside.x1; x < inside.x2; x++) coverage[cells + (x >> shift)] += mask.data[pixels + x];
  }
  const full = stride * stride;
  for (let cell = 0; cell < coverage.length; cell++) coverage[cell] = Math.round((coverage[cell] * 255) / full);
}
