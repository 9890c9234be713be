import { type Box, rle, type Size } from '../../../core/index.ts';

/**
 * Which pixels of a small picture a mask covers: only these are looked up among its runs, so that a mask of any size costs the same.
 * @param counts COCO's compressed run lengths, at `size`
 * @param view part of the picture that is shown
 * @returns (side x side) 0 or 1, row by row
 */
export function sampleMask(counts: string, size: Size, view: Box, side: number): Uint8Array {
  const covered = new Uint8Array(side * side);
  const isCovered = coverOf(rle.fromString(size, counts).counts);
  const xs = places(view.x1, view.x2, side);
  const ys = places(view.y1, view.y2, side);
  for (let column = 0; column < side; column++) {
    const x = xs[column] ?? -1;
    if (x < 0 || x >= size.width) continue;
    for (let row = 0; row < side; row++) {
      const y = ys[row] ?? -1;
      if (y >= 0 && y < size.height && isCovered(x * size.height + y)) covered[row * side + column] = 1;
    }
  }
  return covered;
}

/** Middles of equal parts of a stretch, as whole pixels. */
const places = (from: number, to: number, parts: number): readonly number[] =>
  Array.from({ length: parts }, (_, part) => Math.floor(from + ((part + 0.5) * (to - from)) / parts));

/** Whether a mask covers a place of its column walk. Places near the one before are found soonest. */
function coverOf(runs: ArrayLike<number>): (at: number) => boolean {
  let run = 0;
  let end = runs[0] ?? 0;
  return (at) => {
    while (run > 0 && at < end - (runs[run] ?? 0)) end -= runs[run--] ?? 0;
    while (run < runs.length && at >= end) end += runs[++run] ?? 0;
    return run % 2 === 1;
  };
}
