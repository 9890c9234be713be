import { type Box, boxArea, boxWidth, intersectBoxes, type Rle, rle } from '../core/index.ts';
import { type AxisMap, canvasRange } from './placement.ts';

/**
 * The visible pixels of one object: 0 or 1, row-major, cut to an integer half-open box of the canvas. The box begins and ends at
 * multiples of four columns, so that four pixels can be handled as one word; it may reach beyond the canvas, where all pixels are 0.
 */
export interface CanvasMask {
  readonly box: Box;
  readonly data: Uint8Array; // (height, width)
  /** The same memory. */
  readonly words: Uint32Array; // (height, width / 4)
  readonly areaPx2: number;
}

/** Pixels a word. */
const lanes = 4;
/** A word times this has the sum of its bytes in its highest one. */
const sumBytes = 0x01010101;

/** Zeros on the smallest aligned box that holds `box`. */
export function blankMask(box: Box): CanvasMask {
  const aligned = { ...box, x1: Math.floor(box.x1 / lanes) * lanes, x2: Math.ceil(box.x2 / lanes) * lanes };
  const data = new Uint8Array(boxArea(aligned));
  return { box: aligned, data, words: new Uint32Array(data.buffer), areaPx2: 0 };
}

/** The canvas pixels whose centres lie in a box of the picture; may reach beyond the canvas. */
export function canvasBoxOf(box: Box, axes: { readonly x: AxisMap; readonly y: AxisMap }): Box {
  const x = canvasRange(axes.x, box.x1, box.x2);
  const y = canvasRange(axes.y, box.y1, box.y2);
  return { x1: x.from, y1: y.from, x2: x.to, y2: y.to };
}

/**
 * A mask of the picture as it falls on the pixels of `box`, an integer box of the canvas that the picture covers. Nearest sampling at
 * pixel centres. Runs are never decoded: both ends of each are marked in the columns of the canvas that show it, and a running
 * exclusive-or from row to row fills what lies between.
 */
export function placeMask(mask: Rle, axes: { readonly x: AxisMap; readonly y: AxisMap }, box: Box): CanvasMask {
  const placed = blankMask(box);
  const whole = rle.toBox(mask);
  if (boxArea(box) === 0 || boxArea(whole) === 0) return placed;
  const columns = canvasStarts(axes.x, whole.x1, whole.x2, box.x1, box.x2);
  const rows = canvasStarts(axes.y, whole.y1, whole.y2, box.y1, box.y2);
  const left = box.x1 - placed.box.x1;
  const width = boxWidth(placed.box);
  forEachColumnRun(mask, (x, from, to) => {
    const [a, b] = [columns[x - whole.x1], columns[x - whole.x1 + 1]];
    const [c, d] = [rows[from - whole.y1], rows[to - whole.y1]];
    if (c === d) return;
    for (let column = left + Math.min(a, b), end = left + Math.max(a, b); column < end; column++) {
      mark(placed.data, c * width + column);
      mark(placed.data, d * width + column);
    }
  });
  return { ...placed, areaPx2: fillDown(placed.words, width / lanes) };
}

/** Marks below the last row have nothing to end. */
function mark(data: Uint8Array, at: number): void {
  if (at < data.length) data[at] ^= 1;
}

/** Each row becomes the exclusive or of itself and all above; returns the number of ones. */
function fillDown(words: Uint32Array, rowWords: number): number {
  let area = 0;
  for (let at = 0; at < words.length; at++) {
    if (at >= rowWords) words[at] ^= words[at - rowWords];
    area += Math.imul(words[at], sumBytes) >>> 24;
  }
  return area;
}

/** For each boundary between source pixels from..to, where it lies on the canvas: pixels from the start of first..end, cut to it. */
function canvasStarts(axis: AxisMap, from: number, to: number, first: number, end: number): Int32Array {
  const starts = new Int32Array(to - from + 1);
  for (let at = 0; at < starts.length; at++) {
    const range = canvasRange(axis, from + at, from + at);
    starts[at] = Math.min(end, Math.max(first, range.from)) - first;
  }
  return starts;
}

/** Visits the runs of ones column by column: the rows from..to-1 of column x. */
function forEachColumnRun({ size: { height }, counts }: Rle, visit: (x: number, from: number, to: number) => void): void {
  for (let run = 1, start = counts[0]; run < counts.length; start += counts[run] + counts[run + 1], run += 2) {
    const end = start + counts[run];
    for (let x = Math.floor(start / height); x * height < end; x++) {
      visit(x, Math.max(0, start - x * height), Math.min(height, end - x * height));
    }
  }
}

/** The union of masks, one or more, on the smallest box that holds theirs. */
export function unionOf(masks: readonly CanvasMask[]): CanvasMask {
  if (masks.length === 1) return masks[0];
  const union = blankMask({
    x1: Math.min(...masks.map(({ box }) => box.x1)),
    y1: Math.min(...masks.map(({ box }) => box.y1)),
    x2: Math.max(...masks.map(({ box }) => box.x2)),
    y2: Math.max(...masks.map(({ box }) => box.y2)),
  });
  let areaPx2 = 0;
  for (const mask of masks) {
    forEachSharedWord(mask, union, (from, to) => {
      const added = mask.words[from] & ~union.words[to];
      union.words[to] |= added;
      areaPx2 += Math.imul(added, sumBytes) >>> 24;
    });
  }
  return { ...union, areaPx2 };
}

/** What remains of a mask under another one. The same object where it loses nothing. */
export function hideUnder(mask: CanvasMask, cover: CanvasMask): CanvasMask {
  if (boxArea(intersectBoxes(mask.box, cover.box)) === 0) return mask;
  const data = mask.data.slice();
  const words = new Uint32Array(data.buffer);
  let hidden = 0;
  forEachSharedWord(mask, cover, (at, over) => {
    const lost = words[at] & cover.words[over];
    words[at] ^= lost;
    hidden += Math.imul(lost, sumBytes) >>> 24;
  });
  return hidden === 0 ? mask : { box: mask.box, data, words, areaPx2: mask.areaPx2 - hidden };
}

/** Visits the words that lie in both boxes, by their places in each. */
function forEachSharedWord(a: CanvasMask, b: CanvasMask, visit: (inA: number, inB: number) => void): void {
  const shared = intersectBoxes(a.box, b.box);
  const count = boxWidth(shared) / lanes;
  for (let y = shared.y1; y < shared.y2; y++) {
    const inA = wordAt(a, shared.x1, y);
    const inB = wordAt(b, shared.x1, y);
    for (let word = 0; word < count; word++) visit(inA + word, inB + word);
  }
}

const wordAt = ({ box }: CanvasMask, x: number, y: number): number => ((y - box.y1) * boxWidth(box) + x - box.x1) / lanes;

/** The tight half-open box of a mask's pixels; it must have one. */
export function tightBox({ box, data, words }: CanvasMask): Box {
  const width = boxWidth(box);
  const top = Math.floor(data.indexOf(1) / width);
  const bottom = Math.floor(data.lastIndexOf(1) / width) + 1;
  let left = width - 1;
  let right = 0;
  // Only what lies outside of the box so far is read.
  for (let row = top; row < bottom; row++) {
    const line = (row * width) / lanes;
    for (let word = 0; word <= left >> 2; word++) {
      if (words[line + word] !== 0) left = Math.min(left, word * lanes + (ctz32(words[line + word]) >> 3));
    }
    for (let word = width / lanes - 1; word >= right >> 2; word--) {
      if (words[line + word] !== 0) right = Math.max(right, word * lanes + 3 - (Math.clz32(words[line + word]) >> 3));
    }
  }
  return { x1: box.x1 + left, y1: box.y1 + top, x2: box.x1 + right + 1, y2: box.y1 + bottom };
}

/** Zero bits below the lowest one; the lowest byte is the leftmost pixel. */
const ctz32 = (word: number): number => 31 - Math.clz32(word & -word);

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
  const cells = intersectBoxes(grid, gridOf(mask.box, stride));
  const cellsAWord = lanes / stride;
  const sums = new Uint32Array(boxWidth(mask.box) / lanes);
  for (let row = cells.y1; row < cells.y2; row++) {
    sumRows(mask, row * stride, (row + 1) * stride, sums);
    const line = (row - grid.y1) * boxWidth(grid) - grid.x1;
    for (let column = cells.x1; column < cells.x2; column++) {
      const word = sums[Math.floor(column / cellsAWord) - mask.box.x1 / lanes];
      coverage[line + column] = stride === 4 ? shareOf16[Math.imul(word, sumBytes) >>> 24] : shareOf4[pairSum(word, column & 1)];
    }
  }
}

/** Sums of each pixel column over rows from..to-1 of the canvas, four bytes a word. At most 255 rows. */
function sumRows({ box, words }: CanvasMask, from: number, to: number, sums: Uint32Array): void {
  sums.fill(0);
  for (let y = Math.max(from, box.y1); y < Math.min(to, box.y2); y++) {
    for (let word = 0, at = (y - box.y1) * sums.length; word < sums.length; word++, at++) sums[word] += words[at];
  }
}

/** The sum of the left (0) or right (1) two bytes of a word. */
function pairSum(word: number, half: number): number {
  const pair = (word >>> (half * 16)) & 0xffff;
  return (pair & 0xff) + (pair >> 8);
}

/** 0..255 for a number of covered pixels. */
const shares = (cellPx2: number): Uint8Array => Uint8Array.from({ length: cellPx2 + 1 }, (_, px) => Math.round((px * 255) / cellPx2));
const shareOf16 = shares(16);
const shareOf4 = shares(4);
