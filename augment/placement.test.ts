import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stream } from '../core/index.ts';
import { canvasRange, drawPlacement, sourceOf } from './placement.ts';
import { copyPasteRecipe, LargeScaleJitter } from './recipe.ts';

const side = fc.integer({ min: 1, max: 3000 });
const axis = fc.record({ sourcePx: side, scaledPx: side, offset: fc.integer({ min: -900, max: 900 }), mirrored: fc.boolean() });

test('a placed picture is inside the canvas or covers it, on each axis', () => {
  const recipe = copyPasteRecipe({ width: 320, height: 192 });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 0, max: 1e6 }), (width, height, seed) => {
      const { x, y, scaled, scale } = drawPlacement(stream(seed, 'test'), { width, height }, recipe, recipe.jitter.labeled);
      for (const [start, length, room] of [
        [x, scaled.width, 320],
        [y, scaled.height, 192],
      ]) {
        assert.ok(Number.isInteger(start) && Number.isInteger(length) && length >= 1);
        if (length <= room) assert.ok(start >= 0 && start + length <= room);
        else assert.ok(start <= 0 && start + length >= room);
      }
      assert.ok(scale >= recipe.jitter.labeled.from && scale < recipe.jitter.labeled.to);
    }),
  );
});

test('the paper never moves a picture: a smaller one lies at the top left, a larger one is cropped anywhere', () => {
  const recipe = copyPasteRecipe({ width: 320, height: 320 }, 'paper');
  const corners = Array.from({ length: 300 }, (_, seed) =>
    drawPlacement(stream(seed, 'test'), { width: 64, height: 32 }, recipe, LargeScaleJitter),
  );
  for (const { x, y, scaled } of corners) {
    if (scaled.width <= 320) assert.equal(x, 0);
    if (scaled.height <= 320) assert.equal(y, 0);
  }
  assert.ok(new Set(corners.map(({ x }) => x)).size > 50);
});

test('scale 1 fits the longest side to the canvas', () => {
  const recipe = copyPasteRecipe({ width: 320, height: 320 });
  const placement = drawPlacement(stream(1, 'test'), { width: 640, height: 480 }, recipe, { from: 1, to: 1 });
  assert.deepEqual(placement.scaled, { width: 320, height: 240 });
  assert.equal(placement.x, 0);
  assert.ok(placement.y >= 0 && placement.y <= 80);
});

test('the canvas range of source pixels holds exactly the pixels whose centres lie on them', () => {
  fc.assert(
    fc.property(axis, fc.nat(), fc.nat(), (map, a, b) => {
      const from = a % map.sourcePx;
      const to = from + 1 + (b % (map.sourcePx - from));
      const range = canvasRange(map, from, to);
      for (let pixel = map.offset; pixel < map.offset + map.scaledPx; pixel++) {
        const source = sourceOf(map, pixel);
        assert.equal(pixel >= range.from && pixel < range.to, source >= from && source < to);
      }
    }),
    { numRuns: 60 },
  );
});
