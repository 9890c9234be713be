import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Rle, rle } from '../../core/index.ts';
import { bridged, outlinesOf } from './outlines.ts';
import { fromRowCounts, placed, rowCounts } from './placed-masks.ts';

const maskOf = (rows: readonly string[]): Rle => {
  const size = { width: rows[0].length, height: rows.length };
  return rle.encode({ size, data: Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 1 : 0)) });
};

/** Noise, so that there are holes, islands in holes, corners that touch, and all borders. */
const masks = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height, max: 1 })
      .map((data) => rle.encode({ size: { width, height }, data })),
  );

test('a ring has one outer edge clockwise and one hole the other way round', () => {
  const mask = maskOf(['.....', '.###.', '.#.#.', '.###.']);
  assert.deepEqual(outlinesOf(mask), [{ outer: [4, 1, 4, 4, 1, 4, 1, 1], holes: [[3, 3, 3, 2, 2, 2, 2, 3]] }]);
});

test('pixels that touch at a corner are one part, an island in a hole is another', () => {
  assert.equal(outlinesOf(maskOf(['#.', '.#'])).length, 1);
  const island = outlinesOf(maskOf(['#####', '#...#', '#.#.#', '#...#', '#####']));
  assert.deepEqual(
    island.map(({ holes }) => holes.length),
    [1, 0],
  );
  assert.deepEqual(outlinesOf(maskOf(['...'])), []);
});

test('outlines draw the mask again: outer edges without holes, and all of it as one polygon with bridges', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      const outlines = outlinesOf(mask);
      const filled = rle.fromPolygons(
        mask.size,
        outlines.map(({ outer }) => outer),
      );
      const holes = rle.fromPolygons(
        mask.size,
        outlines.flatMap((outline) => outline.holes),
      );
      // A part that lies in another's hole is filled again.
      const drawn = rle.fromPolygons(mask.size, [bridged(outlines)]);
      assert.deepEqual(drawn, mask);
      assert.equal(rle.area(rle.subtract(mask, filled)), 0);
      assert.equal(rle.area(rle.subtract(rle.subtract(filled, holes), mask)), 0);
    }),
    { numRuns: 500 },
  );
});

test('row-major run lengths inside a frame give the mask again, wherever the frame is', () => {
  fc.assert(
    fc.property(masks, fc.boolean(), (mask, whole) => {
      const { width, height } = mask.size;
      const frame = whole ? { x1: 0, y1: 0, x2: width, y2: height } : rle.toBox(mask);
      const counts = rowCounts(mask, frame);
      const patch = fromRowCounts({ width: frame.x2 - frame.x1, height: frame.y2 - frame.y1 }, counts);
      assert.ok(patch !== null);
      assert.deepEqual(placed(patch, frame.x1, frame.y1, mask.size), mask);
    }),
  );
});

test('a patch is cut off at the borders, and longer run lengths than its pixels are refused', () => {
  const patch = fromRowCounts({ width: 3, height: 3 }, [0, 9]);
  assert.ok(patch !== null);
  const size = { width: 4, height: 4 };
  assert.equal(rle.area(placed(patch, -2, 2, size)), 2);
  assert.equal(rle.area(placed(patch, 9, 0, size)), 0);
  assert.equal(fromRowCounts({ width: 3, height: 3 }, [0, 10]), null);
});
