import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Box, rle, type Size } from '../../core/index.ts';
import { gridMask, type MaskGrid } from './grid-mask.ts';

const image: Size = { width: 12, height: 10 };
const wholeImage: Box = { x1: 0, y1: 0, x2: 12, y2: 10 };

function drawn(grid: MaskGrid, covered: Box, box: Box): readonly string[] {
  const object = gridMask(grid, covered, box, image);
  if (object === null) return [];
  const { data } = rle.decode(object.mask);
  return Array.from({ length: image.height }, (_, y) =>
    Array.from(data.subarray(y * image.width, (y + 1) * image.width), (bit) => '.#'[bit]).join(''),
  ).filter((row) => row.includes('#'));
}

const grid = (
  width: number,
  values: readonly number[],
  beyond: MaskGrid['beyond'] = 'edge',
  kind: MaskGrid['values'] = 'probabilities',
): MaskGrid => ({
  size: { width, height: values.length / width },
  data: Float32Array.from(values),
  values: kind,
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
    fc.property(
      values,
      corner,
      corner,
      side,
      side,
      fc.constantFrom('edge', 'nothing'),
      fc.constantFrom('logits', 'probabilities'),
      (cells, x, y, w, h, beyond, kind) => {
        const masked = grid(cells.width, cells.values, beyond, kind);
        const covered = { x1: x, y1: y, x2: x + w, y2: y + h };
        const object = gridMask(masked, covered, wholeImage, image);
        const found = object === null ? new Uint8Array(120) : rle.decode(object.mask).data;
        const threshold = kind === 'logits' ? 0 : 0.5;
        for (let at = 0; at < 120; at++) {
          const value = valueAt(masked, covered, at % 12, Math.floor(at / 12)) - threshold;
          if (Math.abs(value) > valueTolerance) assert.equal(found[at], value > 0 ? 1 : 0);
        }
      },
    ),
  );
});

const qualityOf = (masked: MaskGrid, box = wholeImage) => gridMask(masked, wholeImage, box, image)?.quality;

test('the quality of probabilities: their mean above 0.5, and how much of the mask a higher threshold leaves of that of a lower one', () => {
  // By column: 0.9 three times, 0.83, 0.7, 0.57, 0.43, 0.3, 0.17; the thresholds are 0.73 and 0.27.
  const stability = 4 / 8;
  const found = qualityOf(grid(2, [0.9, 0.1]));
  assert.equal(found?.stability, stability);
  assertNear(found?.probability, 0.9);
  assert.equal(found?.flipAgreement, null);
});

test('what the box cuts off does not count', () => {
  assertNear(qualityOf(grid(2, [0.9, 0.6]), { x1: 9, y1: 0, x2: 12, y2: 10 })?.probability, 0.6);
});

test('logits and the probabilities that they stand for are of one quality where they do not change', () => {
  const logit = 2;
  const [ofLogits, ofProbabilities] = [qualityOf(grid(1, [logit], 'edge', 'logits')), qualityOf(grid(1, [1 / (1 + Math.exp(-logit))]))];
  assert.equal(ofLogits?.stability, 1);
  assert.equal(ofProbabilities?.stability, 1);
  assertNear(ofLogits?.probability, ofProbabilities?.probability ?? 0);
});

test('masks of zeros and ones tell nothing of their quality', () => {
  assert.equal(qualityOf(grid(2, [1, 0])), undefined);
  assert.equal(qualityOf(grid(2, [1, 0], 'nothing')), undefined);
  assert.ok(qualityOf(grid(2, [1, 0], 'edge', 'logits')));
});

function assertNear(found: number | undefined, expected: number): void {
  const singlePrecision = 1e-6;
  assert.ok(found !== undefined && Math.abs(found - expected) < singlePrecision, `${found} is not ${expected}`);
}
