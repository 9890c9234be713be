import type { StudentSpec } from '../spec.ts';

/** Cell centers (x row then y row) and strides of all anchors, levels finest first, cells row-major. */
export function anchorGrid({ inputSize, strides }: Pick<StudentSpec, 'inputSize' | 'strides'>): {
  readonly centers: Float32Array;
  readonly strides: Float32Array;
} {
  const xs: number[] = [];
  const ys: number[] = [];
  const cellStrides: number[] = [];
  for (const stride of strides.levels) {
    const cells = inputSize / stride;
    for (let y = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        xs.push((x + 0.5) * stride);
        ys.push((y + 0.5) * stride);
        cellStrides.push(stride);
      }
    }
  }
  return { centers: Float32Array.from([...xs, ...ys]), strides: Float32Array.from(cellStrides) };
}
