import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxArea, boxHeight, boxWidth, rle } from '../core/index.ts';
import { type CanvasMask, canvasBoxOf, gridOf, hideUnder, measureCoverage, placeMask, tightBox, unionOf } from './canvas-mask.ts';
import { axisMaps, sourceOf } from './placement.ts';
import { canvasMask } from './test-scene.ts';

const anyMask = fc
  .record({ x: fc.nat(9), y: fc.nat(9), width: fc.integer({ min: 1, max: 13 }), height: fc.integer({ min: 1, max: 13 }) })
  .chain((at) =>
    fc.uint8Array({ min: 0, max: 1, minLength: at.width * at.height, maxLength: at.width * at.height }).map((data): CanvasMask => {
      data[at.width * at.height - 1] = 1;
      return canvasMask({ x1: at.x, y1: at.y, x2: at.x + at.width, y2: at.y + at.height }, data);
    }),
  );

const at = ({ box, data }: CanvasMask, x: number, y: number): number =>
  x >= box.x1 && x < box.x2 && y >= box.y1 && y < box.y2 ? data[(y - box.y1) * boxWidth(box) + x - box.x1] : 0;

test('a placed mask is the source mask under each pixel centre', () => {
  const size = { width: 9, height: 7 };
  const placement = fc.record({
    scale: fc.constant(1),
    scaled: fc.record({ width: fc.integer({ min: 1, max: 30 }), height: fc.integer({ min: 1, max: 30 }) }),
    x: fc.integer({ min: -10, max: 10 }),
    y: fc.integer({ min: -10, max: 10 }),
    flip: fc.boolean(),
    verticalFlip: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uint8Array({ min: 0, max: 1, minLength: 63, maxLength: 63 }), placement, (data, placed) => {
      const source = rle.encode({ size, data });
      const axes = axisMaps(placed, size);
      const mask = placeMask(source, axes, canvasBoxOf(rle.toBox(source), axes));
      let area = 0;
      for (let y = placed.y; y < placed.y + placed.scaled.height; y++) {
        for (let x = placed.x; x < placed.x + placed.scaled.width; x++) {
          const expected = data[sourceOf(axes.y, y) * size.width + sourceOf(axes.x, x)];
          assert.equal(at(mask, x, y), expected);
          area += expected;
        }
      }
      assert.equal(mask.areaPx2, area);
    }),
  );
});

test('a tight box holds all pixels and touches one on each side', () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      const box = tightBox(mask);
      let inside = 0;
      const touched = { x1: false, y1: false, x2: false, y2: false };
      for (let y = box.y1; y < box.y2; y++) {
        for (let x = box.x1; x < box.x2; x++) {
          if (at(mask, x, y) === 0) continue;
          inside++;
          touched.x1 ||= x === box.x1;
          touched.y1 ||= y === box.y1;
          touched.x2 ||= x === box.x2 - 1;
          touched.y2 ||= y === box.y2 - 1;
        }
      }
      assert.equal(inside, mask.areaPx2);
      assert.deepEqual(touched, { x1: true, y1: true, x2: true, y2: true });
    }),
  );
});

test('coverage is the share of each cell that the object covers', () => {
  fc.assert(
    fc.property(anyMask, fc.constantFrom<2 | 4>(2, 4), (mask, stride) => {
      const grid = gridOf(tightBox(mask), stride);
      const coverage = new Uint8Array(boxArea(grid));
      measureCoverage(mask, grid, stride, coverage);
      for (let row = 0; row < boxHeight(grid); row++) {
        for (let column = 0; column < boxWidth(grid); column++) {
          let count = 0;
          for (let pixel = 0; pixel < stride * stride; pixel++) {
            count += at(mask, (grid.x1 + column) * stride + (pixel % stride), (grid.y1 + row) * stride + Math.floor(pixel / stride));
          }
          assert.equal(coverage[row * boxWidth(grid) + column], Math.round((count * 255) / stride ** 2));
        }
      }
    }),
  );
});

test('what is covered is cut out and counted, and the input is left alone', () => {
  fc.assert(
    fc.property(anyMask, anyMask, (mask, cover) => {
      const before = mask.data.slice();
      const left = hideUnder(mask, cover);
      let area = 0;
      for (let y = 0; y < 24; y++) {
        for (let x = 0; x < 24; x++) {
          assert.equal(at(left, x, y), at(mask, x, y) & (at(cover, x, y) ^ 1));
          area += at(left, x, y);
        }
      }
      assert.equal(left.areaPx2, area);
      assert.deepEqual(mask.data, before);
    }),
  );
});

test('a union holds what any of its masks holds', () => {
  fc.assert(
    fc.property(fc.array(anyMask, { minLength: 1, maxLength: 4 }), (masks) => {
      const union = unionOf(masks);
      let area = 0;
      for (let y = 0; y < 24; y++) {
        for (let x = 0; x < 24; x++) {
          const expected = masks.some((mask) => at(mask, x, y) === 1) ? 1 : 0;
          assert.equal(at(union, x, y), expected);
          area += expected;
        }
      }
      assert.equal(union.areaPx2, area);
    }),
  );
});
