import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Box, rle, type Size } from '../../core/index.ts';
import type { LabelCounts } from '../../web/contract/labels.ts';
import { areaFilter, boundsOf, histograms, scoreFilter } from '../../web/page/labels/cube.ts';
import { gridLayout, rowsAround } from '../../web/page/labels/grid-layout.ts';
import { afterScroll, scrolledHeight, scrolledTo, TALLEST_PX } from '../../web/page/labels/tall-scroll.ts';
import { maskInView } from '../../web/page/labels/tile-mask.ts';

const SIZE: Size = { width: 40, height: 30 };
const boxes: fc.Arbitrary<Box> = fc
  .tuple(fc.integer({ min: 0, max: 39 }), fc.integer({ min: 0, max: 29 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30 }))
  .map(([x1, y1, width, height]) => ({ x1, y1, x2: Math.min(40, x1 + width), y2: Math.min(30, y1 + height) }));
const views: fc.Arbitrary<Box> = fc
  .tuple(fc.integer({ min: -20, max: 30 }), fc.integer({ min: -20, max: 25 }), fc.integer({ min: 4, max: 60 }))
  .map(([x1, y1, side]) => ({ x1, y1, x2: x1 + side, y2: y1 + side }));

test('a thumbnail has the mask that its pixels show of the picture', () => {
  fc.assert(
    fc.property(fc.array(boxes, { minLength: 1, maxLength: 4 }), views, fc.integer({ min: 8, max: 50 }), (parts, view, side) => {
      const mask = rle.union(parts.map((box) => rle.fromBox(SIZE, box)));
      const whole = rle.decode(mask);
      const { inside } = maskInView(mask, view, side);
      const span = view.x2 - view.x1;
      const shown = (at: number, corner: number) => corner + Math.floor(((2 * at + 1) * span) / (2 * side));
      for (let row = 0; row < side; row++)
        for (let column = 0; column < side; column++) {
          const [x, y] = [shown(column, view.x1), shown(row, view.y1)];
          const expected = x < 0 || y < 0 || x >= SIZE.width || y >= SIZE.height ? 0 : whole.data[y * SIZE.width + x];
          assert.equal(inside[row * side + column], expected, `${column}, ${row}`);
        }
    }),
  );
});

test('any place of a list of any height is reached, and its bar is true to the whole', () => {
  const heights = fc.record({ list: fc.integer({ min: 1000, max: 200_000_000 }), seen: fc.integer({ min: 200, max: 900 }) });
  fc.assert(
    fc.property(heights, fc.double({ min: 0, max: 1, noNaN: true }), (sizes, part) => {
      const most = sizes.list - sizes.seen;
      const { top, bar } = scrolledTo(part * most, sizes);
      assert.ok(Math.abs(top - part * most) < 1e-3);
      const end = scrolledHeight(sizes) - sizes.seen;
      assert.ok(Math.abs(bar / end - part) < 1e-6);
      assert.ok(bar <= TALLEST_PX);
      assert.deepEqual(scrolledTo(sizes.list * 2, sizes).top, most);
    }),
  );
});

test('a wheel moves a tall list by the pixels that it turns, a dragged bar by its share', () => {
  const heights = { list: 80_000_000, seen: 700 };
  const middle = scrolledTo(40_000_000, heights);
  assert.equal(afterScroll(middle, middle.bar + 120, heights).top - middle.top, 120);
  const dragged = afterScroll(middle, middle.bar / 2, heights);
  assert.ok(Math.abs(dragged.top - 20_000_000) < 10_000);
  assert.equal(afterScroll(middle, 0, heights).top, 0);
  assert.equal(afterScroll(middle, TALLEST_PX - heights.seen, heights).top, heights.list - heights.seen);
});

test('only the rows that are seen are drawn, to the last one', () => {
  const layout = gridLayout(990);
  assert.deepEqual(layout.columns, 6);
  const rows = 41_667;
  const { first, count } = rowsAround(rows * layout.rowHeight - 700, 700, layout, rows);
  assert.equal(first + count, rows);
  assert.ok(count < 10);
  assert.deepEqual(rowsAround(0, 700, layout, 2), { first: 0, count: 2 });
});

const COUNTS: LabelCounts = {
  classes: [
    { name: 'cat', classIndex: 0 },
    { name: 'dog', classIndex: 1 },
  ],
  scoreBins: 20,
  areaFromPx2: [0, 256, 1024],
  cells: [
    [0, 2, 0, 5],
    [0, 12, 1, 7],
    [1, 12, 2, 11],
    [1, 19, 2, 13],
  ],
  reasons: [],
  rounds: [1],
};

test('a histogram describes the query without its own bound', () => {
  const { byClass, byScore, byArea } = histograms(COUNTS, boundsOf({ category: 'dog', score: '0.6..0.65', area: '256..' }, COUNTS));
  assert.deepEqual(byClass, [7, 11]);
  assert.deepEqual([byScore[12], byScore[19], byScore[2]], [11, 13, 0]);
  assert.deepEqual(byArea, [0, 0, 11]);
});

test('what is brushed is what the filter says, and the other way round', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 1, max: 20 }), (from, width) => {
      const span = { from, to: Math.min(20, from + width) };
      const score = scoreFilter(span, 20);
      assert.deepEqual(boundsOf(score === null ? {} : { score }, COUNTS).bins, span);
    }),
  );
  for (const span of [
    { from: 0, to: 3 },
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
  ]) {
    const area = areaFilter(span, COUNTS.areaFromPx2);
    assert.deepEqual(boundsOf(area === null ? {} : { area }, COUNTS).bands, span);
  }
  const all = { category: null, bins: { from: 0, to: 20 }, bands: { from: 0, to: 3 } };
  for (const score of ['5', 'x..', '0.9..0.1', '-1..2']) assert.deepEqual(boundsOf({ score }, COUNTS), all, score);
  assert.deepEqual(boundsOf({ score: '1..' }, COUNTS).bins, { from: 19, to: 20 });
});
