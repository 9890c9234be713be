import { type Box, boxHeight, boxWidth, type Rle, rle, type Size, type Suspicion } from '../../core/index.ts';
import type { Candidate } from '../verdict.ts';

/** Shorter lines are no evidence: small masks are full of them. */
const LEAST_LINE_PX = 16;
/** What an edge along the border of the picture counts: there an object may well end in a line. */
const PICTURE_BORDER = 0.4;

/** @param body the largest component of the label's mask */
export function cut({ id }: Candidate, body: Rle): Suspicion {
  return { kind: 'cut', strength: cutness(body), prediction: id, other: null };
}

/**
 * How much straighter a mask ends on one side than on the others, 0..1, as it does where a tile or its box ended.
 * A side is as straight as the share of its box's side that its longest unbroken line takes; from that goes the mean of the other three,
 * so that a screen or a book is not suspected. Lines of fewer than 16 px count nothing, those at the border of the picture 0.4 times.
 */
export function cutness(mask: Rle): number {
  const sides = sidesOf(mask);
  const sum = sides.reduce((total, { straightness }) => total + straightness, 0);
  const excess = sides.map(({ linePx, straightness, atPictureBorder }) => {
    if (linePx < LEAST_LINE_PX) return 0;
    return (straightness - (sum - straightness) / 3) * (atPictureBorder ? PICTURE_BORDER : 1);
  });
  return Math.max(0, ...excess);
}

interface Side {
  /** Longest unbroken line of the mask along the side of its box. */
  readonly linePx: number;
  /** The same as a share of the side, 0..1. */
  readonly straightness: number;
  readonly atPictureBorder: boolean;
}

function sidesOf(mask: Rle): Side[] {
  const box = rle.toBox(mask);
  const { width, height }: Size = mask.size;
  return [
    sideOf(mask, { ...box, x2: box.x1 + 1 }, box.x1 === 0),
    sideOf(mask, { ...box, x1: box.x2 - 1 }, box.x2 === width),
    sideOf(mask, { ...box, y2: box.y1 + 1 }, box.y1 === 0),
    sideOf(mask, { ...box, y1: box.y2 - 1 }, box.y2 === height),
  ];
}

/** @param strip the outermost pixels, one deep */
function sideOf(mask: Rle, strip: Box, atPictureBorder: boolean): Side {
  const linePx = longestLine(rle.decodeInside(mask, strip).data);
  return { linePx, straightness: linePx / Math.max(boxWidth(strip), boxHeight(strip)), atPictureBorder };
}

function longestLine(pixels: Uint8Array): number {
  let longest = 0;
  let line = 0;
  for (const pixel of pixels) {
    line = pixel === 1 ? line + 1 : 0;
    longest = Math.max(longest, line);
  }
  return longest;
}
