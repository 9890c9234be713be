import type { SampleInstance } from '../../core/index.ts';

/** Objects with more cells have about this many of them sampled on a lattice, so that time does not grow with an object's area. */
const CELLS_PER_OBJECT = 1024;
/** Cells around an object's box that count as outside of it: what the mask must learn to end at. */
const MARGIN = 1;

/** The prototype cells that one object's mask is learned at. Shape letter: N cells. */
export interface MaskCells {
  /** [N] row-major places in the prototypes' grid. */
  readonly places: Uint32Array;
  /** [N] share of the cell that the object covers, 0..1. */
  readonly targets: Float32Array;
}

/** Cells of an object's box and margin, on a lattice coarse enough for the cap, which `phase` shifts. @param side of the grid, in cells */
export function maskCells({ grid, coverage }: Pick<SampleInstance, 'grid' | 'coverage'>, side: number, phase: number): MaskCells {
  const left = Math.max(0, grid.x1 - MARGIN);
  const right = Math.min(side, grid.x2 + MARGIN);
  const top = Math.max(0, grid.y1 - MARGIN);
  const bottom = Math.min(side, grid.y2 + MARGIN);
  const pitch = Math.max(1, Math.ceil(Math.sqrt(((right - left) * (bottom - top)) / CELLS_PER_OBJECT)));
  // A lattice wider than a thin object would miss it in some phases.
  const down = Math.min(pitch, bottom - top);
  const across = Math.min(pitch, right - left);
  const firstRow = top + (phase % down);
  const firstColumn = left + (Math.floor(phase / down) % across);
  const count = Math.ceil((bottom - firstRow) / down) * Math.ceil((right - firstColumn) / across);
  const places = new Uint32Array(count);
  const targets = new Float32Array(count);
  let at = 0;
  for (let y = firstRow; y < bottom; y += down) {
    for (let x = firstColumn; x < right; x += across) {
      const inside = x >= grid.x1 && x < grid.x2 && y >= grid.y1 && y < grid.y2;
      places[at] = y * side + x;
      targets[at++] = inside ? coverage[(y - grid.y1) * (grid.x2 - grid.x1) + (x - grid.x1)] / 255 : 0;
    }
  }
  return { places, targets };
}
