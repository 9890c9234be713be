/**
 * A boundary is a pixel whose value is not that of the pixel before it in column-major order: the one above it, and for the topmost the last
 * one of the column to its left. Rows are compared with the rows above them, eight pixels at a time, in the order in which they lie in
 * memory; only the boundaries, few as they are, are then put in column-major order.
 */
import { badValue } from './errors.ts';
import type { BitMask, Rle } from './mask.ts';
import { GrowingUint32, runsBetween } from './rle-runs.ts';
import { areaOf, type Size } from './size.ts';

/** Run lengths of a row-major mask. @throws BAD_VALUE for another number of pixels than the size has, and
 * for values other than 0 and 1 where it meets them: rows above the first one and below the last are not all read. */
export function encode({ size, data }: BitMask): Rle {
  if (data.length !== areaOf(size)) throw badValue('mask', `${areaOf(size)} pixels`, data.length);
  const boundaries = new GrowingUint32();
  findBoundaries(data, size, boundaries);
  return { size, counts: runsBetween(columnMajor(boundaries.values(), size), areaOf(size)) };
}

/** Finds the row-major numbers of all boundaries, in ascending order. */
function findBoundaries(data: Uint8Array, { width, height }: Size, found: GrowingUint32): void {
  // A Buffer searches with memchr, many times faster than a Uint8Array does.
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const first = bytes.indexOf(1);
  // Without a single one every row is read, as whatever is not zero is then a mistake.
  const firstRow = first < 0 ? 0 : Math.floor(first / width);
  const lastRow = first < 0 ? height : Math.floor(bytes.lastIndexOf(1) / width);
  findInTopRow(data, width, found);
  findInRows(data, width, Math.max(firstRow, 1), Math.min(lastRow + 2, height), found);
}

function findInTopRow(data: Uint8Array, width: number, found: GrowingUint32): void {
  const bottomRow = data.length - width;
  for (let x = 0, previous = 0; x < width; x++) {
    if (differ(data[x], previous)) found.push(x);
    previous = data[bottomRow + x];
  }
}

function findInRows(data: Uint8Array, width: number, firstRow: number, endRow: number, found: GrowingUint32): void {
  const end = endRow * width;
  const memoryAbove = data.byteOffset + (firstRow - 1) * width;
  // From here on the row above lies at a multiple of eight in memory, and the row itself mostly does too.
  const start = Math.min(end, firstRow * width + (-memoryAbove & 7));
  findBetween(data, width, firstRow * width, start, found);
  const rows = eightByEight(data.subarray(start, end));
  const rowsAbove = eightByEight(data.subarray(start - width, end - width));
  const inFours = rows.length & ~3;
  for (let four = 0; four < inFours; four += 4) {
    if (equalFour(rows, rowsAbove, four)) continue;
    for (let eight = four; eight < four + 4; eight++) {
      if (rows[eight] !== rowsAbove[eight]) findBetween(data, width, start + 8 * eight, start + 8 * eight + 8, found);
    }
  }
  findBetween(data, width, start + 8 * inFours, end, found);
}

/** Four at a time are a third faster to compare than one. */
function equalFour(a: Float64Array, b: Float64Array, at: number): boolean {
  return a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2] && a[at + 3] === b[at + 3];
}

function findBetween(data: Uint8Array, width: number, start: number, end: number, found: GrowingUint32): void {
  for (let at = start; at < end; at++) if (differ(data[at], data[at - width])) found.push(at);
}

/** Eight pixels as one double, copied where they do not lie at a multiple of eight in memory. Zeros and ones never make a NaN or a -0. */
function eightByEight(pixels: Uint8Array): Float64Array {
  const { buffer, byteOffset, length } = pixels.byteOffset % 8 === 0 ? pixels : new Uint8Array(pixels);
  return new Float64Array(buffer, byteOffset, length >> 3);
}

/** Sorts boundaries by counting those of each column, and numbers them column-major; the end of the mask comes last. */
function columnMajor(boundaries: Uint32Array, { width, height }: Size): Uint32Array {
  const sorted = new Uint32Array(boundaries.length + 1);
  sorted[boundaries.length] = width * height;
  const next = new Uint32Array(boundaries.length > 0 ? width + 1 : 0);
  for (const pixel of boundaries) next[(pixel % width) + 1]++;
  for (let x = 1; x < next.length; x++) next[x] += next[x - 1];
  for (const pixel of boundaries) {
    const x = pixel % width;
    sorted[next[x]++] = x * height + (pixel - x) / width;
  }
  return sorted;
}

function differ(value: number, previous: number): boolean {
  const change = value ^ previous;
  if (change > 1) throw badValue('mask', 'zeros and ones', Math.max(value, previous));
  return change === 1;
}
