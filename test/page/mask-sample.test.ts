import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rle } from '../../core/index.ts';
import { sampleMask } from '../../web/page/compare/mask-sample.ts';

test('a sampled mask is the mask at the middle of each pixel of the view', () => {
  const size = { width: 13, height: 9 };
  const masks = fc.uint8Array({ minLength: 117, maxLength: 117, max: 1 });
  const views = fc.record({
    x: fc.integer({ min: -6, max: 12 }),
    y: fc.integer({ min: -6, max: 8 }),
    width: fc.integer({ min: 1, max: 24 }),
  });
  fc.assert(
    fc.property(masks, views, fc.integer({ min: 1, max: 12 }), (data, { x, y, width }, side) => {
      const counts = rle.countsToString(rle.encode({ size, data }).counts);
      const sampled = sampleMask(counts, size, { x1: x, y1: y, x2: x + width, y2: y + width }, side);
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++) {
          const [at, down] = [column, row].map((part, axis) => Math.floor((axis === 0 ? x : y) + ((part + 0.5) * width) / side)) as [
            number,
            number,
          ];
          const isIn = at >= 0 && at < size.width && down >= 0 && down < size.height;
          assert.equal(sampled[row * side + column], isIn ? data[down * size.width + at] : 0);
        }
    }),
  );
});
