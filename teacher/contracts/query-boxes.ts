import type { Box, Size } from '../../core/index.ts';
import { centredBox } from '../output/detections.ts';
import type { OutputTensor } from '../output/outputs.ts';

/** A query's box [1, Q, 4], cx, cy, w, h in 0..1 of `size`, in pixels. */
export function queryBox({ data }: OutputTensor, query: number, { width, height }: Size): Box {
  const [x, y, w, h] = data.subarray(4 * query, 4 * query + 4);
  return centredBox(x * width, y * height, w * width, h * height);
}
