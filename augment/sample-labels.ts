import { type Box, boxArea, type Sample } from '../core/index.ts';
import type { ArrangedRegion, Arrangement } from './arrangement.ts';
import { gridOf, measureCoverage } from './canvas-mask.ts';

/**
 * Objects and ignored regions as the student takes them, their masks at prototype resolution. All coverage lies in one buffer, so that a
 * sample moves between threads as two buffers whatever its number of objects.
 */
export function sampleLabels({ objects, ignored }: Arrangement, prototypeStride: 2 | 4): Pick<Sample, 'instances' | 'ignored'> {
  const shapes = coverageOf([...objects, ...ignored], prototypeStride);
  return {
    instances: objects.map(({ classIndex, box, source }, at) => ({ classIndex, box, source, ...shapes[at] })),
    ignored: ignored.map(({ box }, at) => ({ box, ...shapes[objects.length + at] })),
  };
}

function coverageOf(regions: readonly ArrangedRegion[], stride: 2 | 4): { readonly grid: Box; readonly coverage: Uint8Array }[] {
  const grids = regions.map(({ box }) => gridOf(box, stride));
  const cells = new Uint8Array(grids.reduce((sum, grid) => sum + boxArea(grid), 0));
  let used = 0;
  return regions.map(({ mask }, at) => {
    const grid = grids[at];
    const coverage = cells.subarray(used, used + boxArea(grid));
    used += coverage.length;
    measureCoverage(mask, grid, stride, coverage);
    return { grid, coverage };
  });
}
