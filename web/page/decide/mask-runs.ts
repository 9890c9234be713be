import type { BitMask } from '../../../core/index.ts';

/** Run lengths of a mask, as core's `rle.encode` has them, which needs Node. Only rows that hold a one are walked. */
export function runsOf({ size, data }: BitMask): number[] {
  const { width, height } = size;
  const [top, bottom] = [Math.floor(data.indexOf(1) / width), Math.floor(data.lastIndexOf(1) / width)];
  if (bottom < 0) return width * height === 0 ? [0] : [width * height];
  const runs: number[] = [];
  let [value, start] = [0, 0];
  const change = (at: number) => {
    runs.push(at - start);
    start = at;
    value = 1 - value;
  };
  for (let x = 0; x < width; x++) {
    if (value === 1 && top > 0) change(x * height);
    for (let y = top, at = top * width + x; y <= bottom; y++, at += width) if (data[at] !== value) change(x * height + y);
    if (value === 1 && bottom < height - 1) change(x * height + bottom + 1);
  }
  runs.push(width * height - start);
  return runs;
}

/** Visits the ones of a mask as stretches of its rows. */
export function rowSpans({ size: { width, height }, data }: BitMask, visit: (y: number, x1: number, x2: number) => void): void {
  for (let y = 0, row = 0; y < height; y++, row += width)
    for (let x = 0; x < width; x++) {
      const x1 = x;
      while (x < width && data[row + x] === 1) x++;
      if (x > x1) visit(y, x1, x);
    }
}
