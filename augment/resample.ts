/**
 * Pictures at another size: a separable triangle filter, sampled at pixel centres. It reaches one source pixel to each side where it
 * enlarges, which is bilinear interpolation, and one pixel of the result where it shrinks, which is what PIL's BILINEAR does and
 * torchvision's with antialias. What lies beyond the edge has no weight. All of it is arithmetic with integers, so that a plan has
 * the same bytes on every machine. The pixels are made by WebAssembly: `kernels/resample.ts`.
 */
import { readFileSync } from 'node:fs';
import { boxHeight, boxWidth, type RgbImage, WasmKernel } from '../core/index.ts';
import type { Patch } from './patch.ts';
import { type AxisMap, axisMaps, coveredPart, type Placement, scaledOf } from './placement.ts';

/**
 * Draws what a placed picture shows on the pixels of `target`: row-major RGB of an integer box of the canvas, width * height * 3 bytes.
 * Pixels that the picture does not cover are left as they are. The bytes of a pixel do not depend on the box around it.
 */
export function drawPlaced(picture: RgbImage, placement: Placement, target: Patch): void {
  const box = coveredPart(placement, target.box);
  if (boxWidth(box) === 0 || boxHeight(box) === 0) return;
  const axes = axisMaps(placement, picture.size);
  const columns = tapsOf(axes.x, box.x1, boxWidth(box));
  const rows = tapsOf(axes.y, box.y1, boxHeight(box));
  // Stretching a line costs more than blending two, so that it is done where lines are fewer.
  const blendFirst = axes.y.scaledPx < axes.y.sourcePx;
  resampler ??= new Resampler();
  const pixels = resampler.resample(picture, columns, rows, blendFirst);

  const stride = boxWidth(target.box) * 3;
  const at = (box.y1 - target.box.y1) * stride + (box.x1 - target.box.x1) * 3;
  const lineBytes = columns.count * 3;
  copyLines({ data: pixels, at: 0, stride: lineBytes }, { data: target.data, at, stride }, lineBytes, rows.count);
}

/** Where lines of pixels lie: the first at `at`, the next `stride` bytes later. */
interface Lines {
  readonly data: Uint8Array;
  readonly at: number;
  readonly stride: number;
}

function copyLines(source: Lines, target: Lines, lineBytes: number, lines: number): void {
  const gapless = source.stride === lineBytes && target.stride === lineBytes;
  // One copy of everything is three times faster than one for each line.
  const [bytes, pieces] = gapless ? [lineBytes * lines, 1] : [lineBytes, lines];
  for (let piece = 0; piece < pieces; piece++) {
    const from = source.at + piece * source.stride;
    target.data.set(source.data.subarray(from, from + bytes), target.at + piece * target.stride);
  }
}

/** The source pixels ("taps") that each pixel of a stretch of the canvas is a weighted sum of, along one axis. */
interface Taps {
  /** Canvas pixels. Both tables go on to a multiple of four, which is how many the kernel takes at a time. */
  readonly count: number;
  /** The half-open range of source pixels that is needed. */
  readonly from: number;
  readonly to: number;
  /** For each canvas pixel its first source pixel, counted from `from`. */
  readonly firsts: Uint32Array;
  /** For each canvas pixel the weights of `2 * pairs` source pixels. */
  readonly weights: Int16Array;
  readonly pairs: number;
}

/** What the weights of a pixel sum to; the kernel shifts by its 14 bits. */
const unit = 1 << 14;

/** A mirrored picture only has its tables the other way round. */
function tapsOf(axis: AxisMap, canvasPx: number, count: number): Taps {
  const pairs = Math.ceil(mostTaps(axis) / 2);
  const padded = Math.ceil(count / 4) * 4;
  const firsts = new Uint32Array(padded);
  const weights = new Int16Array(padded * 2 * pairs);
  for (let at = 0; at < count; at++) {
    const pixel = scaledOf(axis, canvasPx + at);
    firsts[at] = firstTap(axis, pixel, 2 * pairs);
    weigh(axis, pixel, firsts[at], 2 * pairs, weights, at * 2 * pairs);
  }
  const from = Math.min(firsts[0], firsts[count - 1]);
  const to = Math.min(axis.sourcePx, Math.max(firsts[0], firsts[count - 1]) + 2 * pairs);
  for (let at = 0; at < count; at++) firsts[at] -= from;
  return { count, from, to, firsts, weights, pairs };
}

// Below, source positions are in units of 1 / (2 * scaledPx) pixels, in which pixel centres and the reach of the triangle are integers.

const reachOf = ({ sourcePx, scaledPx }: AxisMap): number => 2 * Math.max(sourcePx, scaledPx);
const centreOf = ({ sourcePx }: AxisMap, pixel: number): number => (2 * pixel + 1) * sourcePx;

/** No pixel has more taps than these: the triangle is twice as wide as its reach. */
const mostTaps = (axis: AxisMap): number => Math.min(axis.sourcePx, Math.ceil(reachOf(axis) / axis.scaledPx));

/** The first of `taps` source pixels that hold all those inside the triangle over a pixel of the scaled picture. */
function firstTap(axis: AxisMap, pixel: number, taps: number): number {
  const { sourcePx, scaledPx } = axis;
  const firstInside = Math.floor((centreOf(axis, pixel) - reachOf(axis) - scaledPx) / (2 * scaledPx)) + 1;
  return Math.max(0, Math.min(firstInside, sourcePx - taps));
}

/** Writes the weights of a pixel at `at`: the heights of the triangle over source pixels, rounded so that they sum to {@link unit}. */
function weigh(axis: AxisMap, pixel: number, first: number, taps: number, weights: Int16Array, at: number): void {
  const centre = centreOf(axis, pixel);
  const reach = reachOf(axis);
  const end = Math.min(first + taps, axis.sourcePx);
  const height = (source: number): number => Math.max(0, reach - Math.abs((2 * source + 1) * axis.scaledPx - centre));
  let total = 0;
  for (let source = first; source < end; source++) total += height(source);
  let sum = 0;
  let given = 0;
  for (let source = first; source < end; source++) {
    sum += height(source);
    const due = Math.round((sum * unit) / total);
    weights[at + source - first] = due - given;
    given = due;
  }
}

/** What `kernels/resample.ts` exports; it says what the numbers mean. */
interface ResampleFunctions {
  stretchLines(source: number, sourceBytes: number, lines: number, target: number, width: number, ...taps: PlacedTaps): void;
  blendLines(source: number, lineBytes: number, target: number, lines: number, ...taps: PlacedTaps): void;
}

type PlacedTaps = readonly [firsts: number, weights: number, pairs: number];

/** How far the kernel writes over the end of a line at most. */
const overrunBytes = 16;

/** The kernel and its memory, which grows to what the largest picture needs and stays so. */
class Resampler {
  readonly #kernel = new WasmKernel<ResampleFunctions>(readFileSync(new URL('./kernels/resample.wasm', import.meta.url)));

  /** The pixels that the axes select, row-major RGB; valid until the next call. */
  resample(picture: RgbImage, columns: Taps, rows: Taps, blendFirst: boolean): Uint8Array {
    const sourceBytes = (columns.to - columns.from) * 3;
    const sourceLines = rows.to - rows.from;
    const resultBytes = columns.count * 3;
    // Tables first: a kernel may run over the end of the other three, into what is written after it.
    const rowsAt = tableBytes(columns);
    const source = rowsAt + tableBytes(rows);
    const between = source + sourceLines * sourceBytes;
    const result = between + (blendFirst ? rows.count * sourceBytes : sourceLines * resultBytes);
    const end = result + rows.count * resultBytes;
    this.#kernel.reserve(end + overrunBytes);

    const across = this.#placeTaps(columns, 0);
    const down = this.#placeTaps(rows, rowsAt);
    const cut = { data: picture.data, at: (rows.from * picture.size.width + columns.from) * 3, stride: picture.size.width * 3 };
    copyLines(cut, { data: this.#kernel.bytes, at: source, stride: sourceBytes }, sourceBytes, sourceLines);
    const { blendLines, stretchLines } = this.#kernel.run;
    if (blendFirst) {
      blendLines(source, sourceBytes, between, rows.count, ...down);
      stretchLines(between, sourceBytes, rows.count, result, columns.count, ...across);
    } else {
      stretchLines(source, sourceBytes, sourceLines, between, columns.count, ...across);
      blendLines(between, resultBytes, result, rows.count, ...down);
    }
    return this.#kernel.bytes.subarray(result, end);
  }

  #placeTaps({ firsts, weights, pairs }: Taps, at: number): PlacedTaps {
    this.#kernel.bytes.set(new Uint8Array(firsts.buffer), at);
    this.#kernel.bytes.set(new Uint8Array(weights.buffer), at + firsts.byteLength);
    return [at, at + firsts.byteLength, pairs];
  }
}

const tableBytes = ({ firsts, weights }: Taps): number => firsts.byteLength + weights.byteLength;

/** One a thread, made when it is first needed. */
let resampler: Resampler | undefined;
