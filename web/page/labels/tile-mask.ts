import type { Box, Rle } from '../../../core/index.ts';

/** Inside and outside of an object, one byte a pixel of a thumbnail, row by row. */
export interface TileMask {
  readonly side: number;
  readonly inside: Uint8Array;
}

/**
 * The part of a mask that a thumbnail shows, as large as the thumbnail. Looks at runs, and only at those of columns in view.
 * @param view square part of the picture; it may reach beyond it
 */
export function maskInView({ size: { height }, counts }: Rle, view: Box, side: number): TileMask {
  const inside = new Uint8Array(side * side);
  const span = view.x2 - view.x1;
  /** First pixel of the thumbnail whose middle shows this pixel of the picture, or one behind it. In whole numbers, up to one division. */
  const shownFrom = (at: number, corner: number): number =>
    Math.min(side, Math.max(0, Math.ceil((2 * (at - corner) * side - span) / (2 * span))));
  const [first, end] = [Math.max(0, view.x1) * height, view.x2 * height];
  let at = 0;
  for (const [index, run] of counts.entries()) {
    const to = Math.min(at + run, end);
    if (index % 2 === 1) {
      for (let from = Math.max(at, first); from < to; from = columnEnd(from, height)) {
        const [x, y] = [Math.floor(from / height), from % height];
        const rows = Math.min(to, columnEnd(from, height)) - from;
        const [top, bottom] = [shownFrom(y, view.y1), shownFrom(y + rows, view.y1)];
        for (let column = shownFrom(x, view.x1); column < shownFrom(x + 1, view.x1); column++)
          for (let row = top; row < bottom; row++) inside[row * side + column] = 1;
      }
    }
    at += run;
    if (at >= end) break;
  }
  return { side, inside };
}

const columnEnd = (at: number, height: number): number => (Math.floor(at / height) + 1) * height;

const SHADOW = 0xb0000000;

/** The object tinted, its border in colour with a dark line around, so that it is seen on any picture. */
export function tint(words: Uint32Array, { side, inside }: TileMask, [red, green, blue]: readonly [number, number, number]): void {
  const color = (blue << 16) | (green << 8) | red;
  for (let y = 0, at = 0; y < side; y++)
    for (let x = 0; x < side; x++, at++) {
      const border =
        (x > 0 && inside[at - 1] !== inside[at]) ||
        (x < side - 1 && inside[at + 1] !== inside[at]) ||
        (y > 0 && inside[at - side] !== inside[at]) ||
        (y < side - 1 && inside[at + side] !== inside[at]);
      if (inside[at] === 1) words[at] = (color | ((border ? 0xff : 0x3c) << 24)) >>> 0;
      else words[at] = border ? SHADOW : 0;
    }
}
