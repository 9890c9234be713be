import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { boxHeight, boxWidth, type Size } from '../../core/index.ts';
import { isPlain, planViews, type TestTimeOptions, type View } from './test-time-views.ts';

const off: TestTimeOptions = { flip: false, scales: [1], tiling: null };
const vga: Size = { width: 640, height: 480 };
const windowsOf = (views: readonly View[]) => views.map(({ window: { x1, y1, x2, y2 } }) => [x1, y1, x2, y2]);

test('with everything off there is one view: the picture', () => {
  for (const native of [false, true]) {
    const views = planViews(vga, off, native);
    assert.equal(views.length, 1);
    assert.ok(isPlain(views[0], vga));
  }
});

test('a flip is every window once more, in a grid of its own', () => {
  const views = planViews(vga, { ...off, flip: true }, false);
  assert.deepEqual(
    views.map(({ flip }) => flip),
    [false, true],
  );
  assert.equal(new Set(views.map(({ grid }) => grid)).size, 2);
  assert.deepEqual(
    views.map(({ mirror }) => mirror),
    [views[1].grid, views[0].grid],
  );
  assert.ok(!isPlain(views[1], vga));
});

test('tiles of a large picture overlap, and the whole of it is looked at too', () => {
  const views = planViews({ width: 200, height: 100 }, { ...off, tiling: { size: 100, overlap: 0.2 } }, false);
  assert.deepEqual(windowsOf(views), [
    [0, 0, 100, 100],
    [50, 0, 150, 100],
    [100, 0, 200, 100],
    [0, 0, 200, 100],
  ]);
  assert.equal(views[0].grid, views[1].grid);
  assert.notEqual(views[0].grid, views[3].grid);
});

test('a picture no larger than a tile is looked at once', () => {
  const views = planViews(vga, { ...off, tiling: { size: 640, overlap: 0.2 } }, true);
  assert.equal(views.length, 1);
  assert.ok(isPlain(views[0], vga));
});

test('enlarging takes windows of the picture, shrinking a centred window with padding', () => {
  const enlarged = planViews(vga, { ...off, scales: [2] }, false);
  assert.deepEqual(windowsOf(enlarged).slice(0, 3), [
    [0, 0, 320, 240],
    [160, 0, 480, 240],
    [320, 0, 640, 240],
  ]);
  assert.equal(enlarged.length, 9);
  assert.deepEqual(windowsOf(planViews(vga, { ...off, scales: [0.5] }, false)), [[-320, -240, 960, 720]]);
});

test('a scale changes the tiles, and equal scales count once', () => {
  const views = planViews({ width: 100, height: 50 }, { ...off, scales: [2, 2], tiling: { size: 50, overlap: 0 } }, false);
  assert.equal(views.length, 4 * 2 + 1);
  assert.ok(views.slice(0, -1).every(({ window }) => boxWidth(window) === 25 && boxHeight(window) === 25));
});

test('a teacher that takes pictures as they are gets windows resized to their size at scale 1', () => {
  const shown = (options: Partial<TestTimeOptions>) => planViews(vga, { ...off, ...options }, true).map((view) => view.shown);
  assert.ok(shown({ scales: [2] }).every(({ width, height }) => width === 640 && height === 480));
  assert.deepEqual(shown({ scales: [0.5] }), [vga]);
  const tiled = shown({ scales: [2], tiling: { size: 320, overlap: 0 } });
  assert.deepEqual(tiled[0], { width: 320, height: 320 });
  assert.deepEqual(tiled.at(-1), { width: 320, height: 240 });
});

const options = fc.record({
  flip: fc.boolean(),
  scales: fc.uniqueArray(fc.constantFrom(0.3, 0.5, 1, 1.5, 2, 3), { minLength: 1, maxLength: 3 }),
  tiling: fc.option(fc.record({ size: fc.integer({ min: 4, max: 60 }), overlap: fc.double({ min: 0, max: 0.9, noNaN: true }) })),
});
const picture = fc.record({ width: fc.integer({ min: 1, max: 120 }), height: fc.integer({ min: 1, max: 120 }) });

test('windows of a grid are alike, cover the picture, and overlap by what was asked for', () => {
  fc.assert(
    fc.property(picture, options, fc.boolean(), (size, wanted, native) => {
      const views = planViews(size, wanted, native);
      const overlap = wanted.tiling?.overlap ?? 0.25;
      for (const name of new Set(views.map((view) => view.grid))) {
        const grid = views.filter((view) => view.grid === name);
        checkAxis(new Set(grid.map(({ window }) => window.x1)), boxWidth(grid[0].window), size.width, overlap);
        checkAxis(new Set(grid.map(({ window }) => window.y1)), boxHeight(grid[0].window), size.height, overlap);
        assert.equal(new Set(grid.map(({ window: { x1, y1 } }) => `${x1},${y1}`)).size, grid.length);
      }
      if (native) assert.ok(views.every(({ shown }) => shown.width <= size.width && shown.height <= size.height));
    }),
  );
});

function checkAxis(places: ReadonlySet<number>, side: number, length: number, overlap: number): void {
  const starts = [...places].sort((a, b) => a - b);
  assert.ok(starts[0] <= 0 && (starts.at(-1) as number) + side >= length);
  const longestStep = Math.max(1, Math.floor(side * (1 - overlap)));
  for (const [at, start] of starts.slice(1).entries()) assert.ok(start - starts[at] <= longestStep, `${starts} of ${side}`);
  if (starts.length > 1) assert.ok(starts[0] === 0 && starts.at(-1) === length - side, 'no padding where windows share the picture');
}
