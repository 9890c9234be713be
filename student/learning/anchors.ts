import { anchorGrid } from '../network/anchor-grid.ts';
import type { StudentSpec } from '../spec.ts';

/** One level of the head: a square grid of anchors, row-major, from index `first` on. */
export interface AnchorLevel {
  readonly stride: number;
  readonly cells: number;
  readonly first: number;
}

/** All anchors of a student: centers in input pixels, strides, and the levels they lie in, finest first. */
export interface Anchors {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly stride: Float32Array;
  readonly levels: readonly AnchorLevel[];
}

export function anchorsOf(spec: Pick<StudentSpec, 'inputSize' | 'strides'>): Anchors {
  const { centers, strides } = anchorGrid(spec);
  const count = strides.length;
  const levels: AnchorLevel[] = [];
  let first = 0;
  for (const stride of spec.strides.levels) {
    const cells = spec.inputSize / stride;
    levels.push({ stride, cells, first });
    first += cells * cells;
  }
  return { count, x: centers.subarray(0, count), y: centers.subarray(count), stride: strides, levels };
}
