import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Box, rle, type Size } from '../../core/index.ts';
import { gridMask, type MaskGrid } from './grid-mask.ts';

const image: Size = { width: 12, height: 10 };
const wholeImage: Box = { x1: 0, y1: 0, x2: 12, y2: 10 };

function drawn(grid: MaskGrid, covered: Box, box: Box): readonly string[] {
  const mask = gridMask(grid, covered, box, image);
  if (mask === null) return [];
  const { data } = rle.decode(mask);
  return Array.from({ length: image.height }, (_, y) =>
    Array.from(data.subarray(y * image.width, (y + 1) * image.width), (bit) => '.#'[bit]).join(''),
  ).filter((row) => row.includes('#'));
}

const grid = (width: number, values: readonly number[], beyond: MaskGrid['beyond'] = 'edge', threshold = 0.5): MaskGrid => ({
  size: { width, height: values.length / width },
  data: Float32Array.from(values),
  threshold,
  beyond,
});

test('an object ends where the values between two cells cross the threshold', () => {
  assert.deepEqual(drawn(grid(2, [1, 0]), wholeImage, wholeImage), new Array(10).fill('######......'));
  assert.deepEqual(drawn(grid(2, [0.9, 0.3]), wholeImage, wholeImage), new Array(10).fill('#######.....'));
});

test('the box cuts by the centres of pixels; without a pixel there is no mask', () => {
  const full = grid(1, [1]);
  assert.deepEqual(drawn(full, wholeImage, { x1: 1.6, y1: 2, x2: 4.6, y2: 3 }), ['..###.......']);
  assert.deepEqual(drawn(full, wholeImage, { x1: 1.6, y1: 2, x2: 2.4, y2: 3 }), []);
  assert.deepEqual(drawn(grid(1, [0.5]), wholeImage, wholeImage), []);
});

test('a grid may reach beyond the picture', () => {
  assert.deepEqual(drawn(grid(2, [0, 1]), { x1: -4, y1: 0, x2: 4, y2: 10 }, { x1: 0, y1: 0, x2: 4, y2: 1 }), ['####........']);
});

test('where there is nothing beyond the grid, it fades out within half a cell', () => {
  const covered = { x1: 2, y1: 0, x2: 10, y2: 10 };
  assert.deepEqual(drawn(grid(2, [0.6, 0.6]), covered, { x1: 2, y1: 0, x2: 10, y2: 1 }), ['..########..']);
  // Cells are 4 px wide: at the outermost pixel 0.625 of the cell is left, and 0.55 of the row above at the next.
  assert.deepEqual(drawn(grid(2, [0.7, 0.7], 'nothing'), covered, { x1: 2, y1: 4, x2: 10, y2: 5 }), ['...######...']);
});

/** Bilinear value at a pixel's centre by the definition; what is beyond the grid is its edge, or 0. */
function valueAt({ size, data, beyond }: MaskGrid, covered: Box, x: number, y: number): number {
  const u = ((x + 0.5 - covered.x1) * size.width) / (covered.x2 - covered.x1) - 0.5;
  const v = ((y + 0.5 - covered.y1) * size.height) / (covered.y2 - covered.y1) - 0.5;
  const cell = (column: number, row: number): number => {
    const inside = column >= 0 && row >= 0 && column < size.width && row < size.height;
    if (!inside && beyond === 'nothing') return 0;
    const [clampedColumn, clampedRow] = [Math.max(0, Math.min(size.width - 1, column)), Math.max(0, Math.min(size.height - 1, row))];
    return data[clampedRow * size.width + clampedColumn];
  };
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const along = (at: number) => (column + 1 - u) * cell(column, at) + (u - column) * cell(column + 1, at);
  return (row + 1 - v) * along(row) + (v - row) * along(row + 1);
}

test('property: equals the definition wherever the value is not at the threshold itself', () => {
  const valueTolerance = 1e-5;
  const corner = fc.double({ min: -6, max: 8, noNaN: true });
  const side = fc.double({ min: 0.5, max: 16, noNaN: true });
  const values = fc.integer({ min: 1, max: 6 }).chain((width) =>
    fc.integer({ min: 1, max: 6 }).chain((height) =>
      fc.record({
        width: fc.constant(width),
        values: fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: width * height, maxLength: width * height }),
      }),
    ),
  );
  fc.assert(
    fc.property(values, corner, corner, side, side, fc.constantFrom('edge', 'nothing'), (cells, x, y, w, h, beyond) => {
      const masked = grid(cells.width, cells.values, beyond, 0.25);
      const covered = { x1: x, y1: y, x2: x + w, y2: y + h };
      const mask = gridMask(masked, covered, wholeImage, image);
      const found = mask === null ? new Uint8Array(120) : rle.decode(mask).data;
      for (let at = 0; at < 120; at++) {
        const value = valueAt(masked, covered, at % 12, Math.floor(at / 12)) - masked.threshold;
        if (Math.abs(value) > valueTolerance) assert.equal(found[at], value > 0 ? 1 : 0);
      }
    }),
  );
});
