import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../core/index.ts';
import { maskCells } from './mask-cells.ts';

/** Cells of objects larger than the cap of 1024 are sampled; the lattice of a very thin one is finer across, and takes more. */
const CELL_CAP = 1.5 * 1024;

/** An object that fills its box, in cells. */
const full = (grid: Box) => ({ grid, coverage: new Uint8Array((grid.x2 - grid.x1) * (grid.y2 - grid.y1)).fill(255) });

test('a mask is its share of each cell of the object, 0 in a margin of one cell around it, and cut at the picture', () => {
  const object = { grid: { x1: 0, y1: 2, x2: 2, y2: 4 }, coverage: Uint8Array.of(255, 51, 0, 255) };
  const { places, targets } = maskCells(object, 16, 0);
  assert.deepEqual([...places], [16, 17, 18, 32, 33, 34, 48, 49, 50, 64, 65, 66]);
  assert.deepEqual([...targets], [0, 0, 0, 1, 0.2, 0, 0, 1, 0, 0, 0, 0].map(Math.fround));
});

const shapes: readonly { name: string; side: number; box: Box }[] = [
  { name: 'a large square', side: 160, box: { x1: 10, y1: 10, x2: 110, y2: 110 } },
  { name: 'just beyond the cap', side: 64, box: { x1: 4, y1: 4, x2: 36, y2: 37 } },
  { name: 'thinner than its lattice', side: 4096, box: { x1: 0, y1: 8, x2: 1, y2: 4000 } },
];
for (const { name, side, box } of shapes) {
  test(`the cells of an object are capped, and over the steps all have their turn: ${name}`, () => {
    const seen = new Set<number>();
    for (let step = 0; step < 64; step++) {
      const { places, targets } = maskCells(full(box), side, step);
      assert.ok(places.length > 0 && places.length <= CELL_CAP, `${places.length} cells`);
      assert.equal(targets.length, places.length);
      for (const place of places) seen.add(place);
    }
    const [width, height] = [box.x2 + 1 - Math.max(0, box.x1 - 1), box.y2 + 1 - (box.y1 - 1)];
    assert.equal(seen.size, width * height);
  });
}
