import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BitMask, type Rle, rle, type Size } from '../../core/index.ts';
import { MaskEdit } from '../../web/page/decide/mask-edit.ts';
import { runsOf } from '../../web/page/decide/mask-runs.ts';
import { onScreen, paintScreen } from '../../web/page/decide/mask-screen.ts';
import { type Point, strokeSpans } from '../../web/page/decide/stroke-spans.ts';

/** More than one of the tiles of which copies are kept. */
const SIZE: Size = { width: 150, height: 90 };
const COLORS = { inside: 1, edge: 2 } as const;

const sizes = fc.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) });
const masks: fc.Arbitrary<BitMask> = sizes.chain((size) =>
  fc
    .array(fc.constantFrom(0, 1), { minLength: size.width * size.height, maxLength: size.width * size.height })
    .map((pixels) => ({ size, data: Uint8Array.from(pixels) })),
);
const coordinate = (most: number) => fc.double({ min: -10, max: most + 10, noNaN: true });
const points = fc.record({ x: coordinate(SIZE.width), y: coordinate(SIZE.height) });
const diameters = fc.double({ min: 1, max: 60, noNaN: true });
const inks = fc.constantFrom(0 as const, 1 as const);

const empty = (size = SIZE): Rle => ({ size, counts: Uint32Array.of(size.width * size.height) });
const drawn = (edit: MaskEdit): Rle => rle.fromCounts(edit.size, edit.counts());

/** How far a point is from a segment. */
function distance({ x, y }: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length2 = dx ** 2 + dy ** 2;
  const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length2));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}

test('run lengths of pixels are those of core', () => {
  fc.assert(fc.property(masks, (mask) => assert.deepEqual(runsOf(mask), [...rle.encode(mask).counts])));
  for (const value of [0, 1])
    for (const size of [
      { width: 3, height: 2 },
      { width: 1, height: 1 },
    ]) {
      const mask = { size, data: new Uint8Array(size.width * size.height).fill(value) };
      assert.deepEqual(runsOf(mask), [...rle.encode(mask).counts]);
    }
});

test('a brush reaches the pixels whose centres are within its radius of its way', () => {
  fc.assert(
    fc.property(points, points, diameters, (from, to, diameter) => {
      const reached = new Set<number>();
      strokeSpans(SIZE, from, to, diameter, (y, x1, x2) => {
        for (let x = x1; x < x2; x++) reached.add(y * SIZE.width + x);
      });
      const radius = Math.max(Math.SQRT1_2, diameter / 2);
      for (let y = 0; y < SIZE.height; y++)
        for (let x = 0; x < SIZE.width; x++) {
          const beyond = distance({ x: x + 0.5, y: y + 0.5 }, from, to) - radius;
          // What lies on the rim may be rounded either way.
          if (Math.abs(beyond) > 1e-5) assert.equal(reached.has(y * SIZE.width + x), beyond < 0, `${x} ${y}`);
        }
    }),
    { numRuns: 30 },
  );
});

test('the smallest brush never misses', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 150, noNaN: true, maxExcluded: true }), (x) => {
      const edit = new MaskEdit(empty());
      edit.brush({ x, y: 40 }, { x, y: 40 }, 1, 1);
      assert.ok(edit.areaPx2 >= 1);
    }),
  );
});

test('brushes add up to their union, and the eraser takes away', () => {
  const strokes = fc.array(fc.tuple(points, points, diameters, inks), { maxLength: 6 });
  fc.assert(
    fc.property(strokes, (all) => {
      const edit = new MaskEdit(empty());
      let expected = empty();
      for (const [from, to, diameter, ink] of all) {
        edit.brush(from, to, diameter, ink);
        const alone = new MaskEdit(empty());
        alone.brush(from, to, diameter, 1);
        expected = ink === 1 ? rle.union([expected, drawn(alone)]) : rle.subtract(expected, drawn(alone));
      }
      assert.deepEqual(drawn(edit), rle.fromCounts(SIZE, [...expected.counts]));
      assert.equal(edit.areaPx2, rle.area(expected));
    }),
    { numRuns: 60 },
  );
});

test('a polygon is filled as COCO fills it', () => {
  fc.assert(
    fc.property(fc.array(points, { minLength: 3, maxLength: 8 }), (corners) => {
      const expected = rle.fromPolygons(SIZE, [corners.flatMap(({ x, y }) => [x, y])]);
      const edit = new MaskEdit(empty());
      edit.fill(corners, 1);
      assert.deepEqual([...drawn(edit).counts], [...rle.encode(rle.decode(expected)).counts]);
      edit.fill(corners, 0);
      assert.equal(edit.areaPx2, 0);
    }),
    { numRuns: 60 },
  );
});

test('strokes are taken back one by one, and done again, to the pixel', () => {
  const strokes = fc.array(fc.tuple(points, points, diameters, inks), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(strokes, (all) => {
      const edit = new MaskEdit(rle.fromBox(SIZE, { x1: 60, y1: 50, x2: 130, y2: 80 }));
      const states = [drawn(edit)];
      for (const [from, to, diameter, ink] of all) {
        edit.brush(from, from, diameter, ink);
        edit.brush(from, to, diameter, ink);
        edit.endStroke();
        // A stroke beside the picture is none.
        if (edit.canUndo && states.length <= all.length) states.push(drawn(edit));
      }
      const last = drawn(edit);
      while (edit.canUndo) edit.undo();
      assert.deepEqual([drawn(edit), edit.areaPx2], [states[0], rle.area(states[0])]);
      while (edit.canRedo) edit.redo();
      assert.deepEqual([drawn(edit), edit.areaPx2], [last, rle.area(last)]);
    }),
    { numRuns: 60 },
  );
});

test('a new stroke ends what could be done again', () => {
  const edit = new MaskEdit(empty());
  const dot = (x: number) => {
    edit.brush({ x, y: 40 }, { x, y: 40 }, 10, 1);
    edit.endStroke();
  };
  dot(20);
  edit.undo();
  dot(100);
  assert.deepEqual([edit.canUndo, edit.canRedo], [true, false]);
});

test('painting what changed is painting everything', () => {
  const placements = fc.record({ zoom: fc.double({ min: 0.2, max: 6, noNaN: true }), x: coordinate(60), y: coordinate(60) });
  const screen = { width: 160, height: 120 };
  const whole = { x1: 0, y1: 0, x2: screen.width, y2: screen.height };
  fc.assert(
    fc.property(placements, points, points, diameters, (placement, from, to, diameter) => {
      const edit = new MaskEdit(rle.fromBox(SIZE, { x1: 20, y1: 20, x2: 70, y2: 60 }));
      const words = new Uint32Array(screen.width * screen.height);
      paintScreen(words, whole, edit.mask, placement, COLORS);
      edit.brush(from, to, diameter, 0);
      const box = onScreen(edit.takeChanged(), placement, screen);
      const part = new Uint32Array(Math.max(0, box.x2 - box.x1) * Math.max(0, box.y2 - box.y1));
      paintScreen(part, box, edit.mask, placement, COLORS);
      const across = box.x2 - box.x1;
      for (let y = box.y1; y < box.y2; y++)
        words.set(part.subarray((y - box.y1) * across, (y - box.y1 + 1) * across), y * screen.width + box.x1);
      const expected = new Uint32Array(words.length);
      paintScreen(expected, whole, edit.mask, placement, COLORS);
      assert.deepEqual(words, expected);
    }),
    { numRuns: 60 },
  );
});
