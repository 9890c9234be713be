import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type RgbImage, rle } from '../core/index.ts';
import { decodeImage } from './image-file.ts';
import { drawOverlay, type OverlayObject } from './overlay.ts';
import { contactSheet, writePng } from './picture-file.ts';
import { halves, pixelAt, withFolder } from './test-pictures.ts';

const size = { width: 120, height: 80 };
const grey: RgbImage = { size, data: new Uint8Array(120 * 80 * 3).fill(128) };
const square = (x: number, y: number, label: string): OverlayObject => {
  const box = { x1: x, y1: y, x2: x + 20, y2: y + 20 };
  return { mask: rle.fromBox(size, box), box, label, colorIndex: 0 };
};

describe('drawOverlay', () => {
  it('tints the inside, draws the outline in full colour, a halo around it, and copies the picture', () => {
    const drawn = drawOverlay(grey, [square(40, 40, 'a')]);
    assert.deepEqual(pixelAt(drawn, 40, 50), [230, 57, 70], 'outline');
    const [red, green] = pixelAt(drawn, 50, 50);
    assert.ok(red > 128 && red < 230 && green < 128 && green > 57, 'fill');
    assert.ok(pixelAt(drawn, 39, 50)[0] < 128, 'halo');
    assert.deepEqual(pixelAt(drawn, 37, 50), [128, 128, 128]);
    assert.ok(grey.data.every((value) => value === 128));
  });

  it('draws no outline along the edge of the picture', () => {
    const drawn = drawOverlay(grey, [square(0, 60, '')]);
    assert.notDeepEqual(pixelAt(drawn, 0, 70), [230, 57, 70]);
    assert.deepEqual(pixelAt(drawn, 19, 70), [230, 57, 70]);
  });

  it('takes any text as text, of any length', () => {
    for (const label of ['<b>&"\'', '图像 🙂 é', 'x'.repeat(500), '', '\n\0'])
      assert.equal(drawOverlay(grey, [square(90, 2, label)]).data.length, grey.data.length);
  });

  it('draws nothing for an empty mask but its label', () => {
    const empty = { ...square(0, 0, 'none'), mask: rle.fromPolygons(size, []) };
    assert.equal(drawOverlay(grey, [empty]).data.length, grey.data.length);
    assert.deepEqual(drawOverlay(grey, []), grey);
  });
});

it('writePng keeps every pixel', () =>
  withFolder(async (folder) => {
    await writePng(join(folder, 'a.png'), halves(size));
    assert.deepEqual(await decodeImage(join(folder, 'a.png')), halves(size));
  }));

it('contactSheet lays tiles of any proportions in rows', async () => {
  const tall = halves({ width: 20, height: 40 });
  const sheet = await contactSheet([halves(size), tall, halves(size)], 2, 60);
  assert.deepEqual(sheet.size, { width: 6 + 2 * 66, height: 6 + 126 + 46 });
  assert.deepEqual(pixelAt(sheet, 0, 0), [24, 26, 31]);
  assert.deepEqual(pixelAt(sheet, 72 + 10, 6 + 60), [200, 0, 0]);
});
