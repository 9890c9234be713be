import type { BitMask } from '../core/index.ts';

/** Whether a pixel at most `reach` away, straight left, right, above or below, has the other value. Beyond the mask there is none. */
export function differsWithin({ size: { width, height }, data }: BitMask, x: number, y: number, reach: number): boolean {
  const at = y * width + x;
  for (let step = 1; step <= reach; step++) {
    if (x >= step && data[at - step] !== data[at]) return true;
    if (x + step < width && data[at + step] !== data[at]) return true;
    if (y >= step && data[at - step * width] !== data[at]) return true;
    if (y + step < height && data[at + step * width] !== data[at]) return true;
  }
  return false;
}
