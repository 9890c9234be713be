import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type RgbImage, rle } from '../core/index.ts';
import { drawHatched } from './hatching.ts';
import { pixelAt } from './test-pictures.ts';

const size = { width: 32, height: 24 };
const grey: RgbImage = { size, data: new Uint8Array(32 * 24 * 3).fill(128) };

it('drawHatched draws diagonal lines inside regions, nothing outside, and copies the picture', () => {
  const regions = [rle.fromBox(size, { x1: 0, y1: 0, x2: 16, y2: 8 }), rle.fromBox(size, { x1: 8, y1: 0, x2: 24, y2: 8 })];
  const drawn = drawHatched(grey, regions);
  assert.deepEqual(
    [pixelAt(drawn, 8, 0), pixelAt(drawn, 9, 0), pixelAt(drawn, 10, 0), pixelAt(drawn, 7, 1)],
    [
      [222, 222, 222],
      [38, 38, 38],
      [128, 128, 128],
      [222, 222, 222],
    ],
  );
  assert.deepEqual(pixelAt(drawn, 24, 0), [128, 128, 128]);
  assert.deepEqual(pixelAt(drawn, 8, 8), [128, 128, 128]);
  assert.ok(grey.data.every((value) => value === 128));
  assert.deepEqual(drawHatched(grey, []), grey);
});
