import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Box, rle } from '../core/index.ts';
import { drawLabelTile } from './label-tile.ts';
import { halves, pixelAt } from './test-pictures.ts';

const size = { width: 120, height: 80 };
const picture = halves(size);
const [ORANGE, BLUE, DARK] = [
  [255, 183, 3],
  [0, 191, 255],
  [24, 26, 31],
];
const outline = (box: Box, role: 'label' | 'other' = 'label') => ({ mask: rle.fromBox(size, box), role });
/** 20 px wide, 24 px with its context at least, in the red half. */
const SMALL: Box = { x1: 20, y1: 30, x2: 40, y2: 50 };

describe('drawLabelTile', () => {
  it('shows a square around the object with room on each side, and its outline in the pixels of the tile', async () => {
    const tile = await drawLabelTile(picture, { outlines: [outline(SMALL)], caption: [] }, 340);
    assert.equal(tile.size.width, 340);
    // 34 px of the picture, ten pixels of the tile each: the object begins 7 px from the left.
    assert.deepEqual(pixelAt(tile, 71, 170), ORANGE);
    assert.notDeepEqual(pixelAt(tile, 68, 170), ORANGE);
    assert.deepEqual(pixelAt(tile, 170, 170), [200, 0, 0], 'the object itself is not covered');
  });

  it('shows all of an object and of the other one of its case', async () => {
    const other = { x1: 90, y1: 30, x2: 110, y2: 50 };
    const tile = await drawLabelTile(picture, { outlines: [outline(SMALL), outline(other, 'other')], caption: [] }, 120);
    const colors = Array.from({ length: 120 }, (_, x) => String(pixelAt(tile, x, 60)));
    assert.ok(colors.indexOf(String(ORANGE)) < colors.indexOf(String(BLUE)) && colors.includes(String(ORANGE)));
  });

  it('is dark where the picture ends, and the whole picture where a mask has no pixel', async () => {
    const tile = await drawLabelTile(picture, { outlines: [{ mask: rle.fromPolygons(size, []), role: 'label' }], caption: [] }, 120);
    assert.deepEqual(pixelAt(tile, 60, 5), DARK);
    assert.deepEqual(
      [pixelAt(tile, 10, 60), pixelAt(tile, 110, 60)],
      [
        [200, 0, 0],
        [0, 0, 200],
      ],
    );
  });

  it('writes its caption below, whatever the text', async () => {
    const plain = await drawLabelTile(picture, { outlines: [outline(SMALL)], caption: [] }, 100);
    const lines = await drawLabelTile(picture, { outlines: [outline(SMALL)], caption: ['x'.repeat(400), '图像\u001b[31m'] }, 100);
    assert.ok(lines.size.height > plain.size.height);
    assert.deepEqual(lines.data.subarray(0, 3 * 100 * 100), plain.data.subarray(0, 3 * 100 * 100));
  });

  it('takes objects at every border and pictures of one pixel', async () => {
    for (const box of [
      { x1: 0, y1: 0, x2: 4, y2: 4 },
      { x1: 116, y1: 76, x2: 120, y2: 80 },
      { x1: 0, y1: 0, x2: 120, y2: 80 },
    ])
      assert.equal((await drawLabelTile(picture, { outlines: [outline(box)], caption: [] }, 64)).size.width, 64);
    const dot = { size: { width: 1, height: 1 }, data: new Uint8Array(3) };
    const mask = rle.fromBox(dot.size, { x1: 0, y1: 0, x2: 1, y2: 1 });
    assert.equal((await drawLabelTile(dot, { outlines: [{ mask, role: 'label' }], caption: ['a'] }, 32)).size.width, 32);
  });
});
