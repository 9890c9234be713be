import { boxArea, type SampleInstance } from '../core/index.ts';
import type { ArrangedObject } from './arrangement.ts';
import { gridOf, measureCoverage } from './canvas-mask.ts';

/**
 * Objects as the student learns them, their masks at prototype resolution. All coverage lies in one buffer, so that a sample moves
 * between threads as two buffers whatever its number of objects.
 */
export function sampleLabels(objects: readonly ArrangedObject[], prototypeStride: 2 | 4): SampleInstance[] {
  const grids = objects.map(({ box }) => gridOf(box, prototypeStride));
  const cells = new Uint8Array(grids.reduce((sum, grid) => sum + boxArea(grid), 0));
  let used = 0;
  return objects.map(({ classIndex, source, mask, box }, index) => {
    const grid = grids[index];
    const coverage = cells.subarray(used, used + boxArea(grid));
    used += coverage.length;
    measureCoverage(mask, grid, prototypeStride, coverage);
    return { classIndex, box, source, grid, coverage };
  });
}
