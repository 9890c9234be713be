import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Box, Size } from '../../core/index.ts';
import { boxToImage, type InputPlacement, placeInput } from './input-placement.ts';

const square = (side: number): Size => ({ width: side, height: side });
const fitLetterbox = (image: Size, size: Size): InputPlacement => placeInput(image, { mode: 'letterbox', size, pad: 114 });

const places: readonly (readonly [string, Size, Size, Box])[] = [
  ['landscape: padded above and below, the odd row below', { width: 640, height: 427 }, square(640), { x1: 0, y1: 106, x2: 640, y2: 533 }],
  ['portrait: padded left and right', { width: 481, height: 640 }, square(640), { x1: 79, y1: 0, x2: 560, y2: 640 }],
  ['exact fit: no padding', square(320), square(320), { x1: 0, y1: 0, x2: 320, y2: 320 }],
  ['a half rounds to the even neighbour', { width: 4, height: 1 }, { width: 10, height: 10 }, { x1: 0, y1: 4, x2: 10, y2: 6 }],
  ['one row of 5000 stays a row', { width: 5000, height: 1 }, square(640), { x1: 0, y1: 319, x2: 640, y2: 320 }],
  ['one column of 5000 stays a column', { width: 1, height: 5000 }, square(640), { x1: 319, y1: 0, x2: 320, y2: 640 }],
];

for (const [what, image, input, content] of places) {
  test(what, () => assert.deepEqual(fitLetterbox(image, input).content, content));
}

test('top-left keeps the ratio and pads right or below', () => {
  const fit = { mode: 'top-left', size: { width: 1344, height: 800 }, pad: 0 } as const;
  assert.deepEqual(placeInput({ width: 640, height: 480 }, fit).content, { x1: 0, y1: 0, x2: 1067, y2: 800 });
  assert.deepEqual(placeInput({ width: 2000, height: 400 }, fit).content, { x1: 0, y1: 0, x2: 1344, y2: 269 });
});

test('stretch and native cover the input', () => {
  const image = { width: 30, height: 20 };
  const stretched = placeInput(image, { mode: 'stretch', size: square(60), pad: 0 });
  assert.deepEqual([stretched.ratioX, stretched.ratioY, stretched.content], [2, 3, { x1: 0, y1: 0, x2: 60, y2: 60 }]);
  assert.deepEqual(boxToImage({ x1: 2, y1: 3, x2: 60, y2: 60 }, stretched), { x1: 1, y1: 1, x2: 30, y2: 20 });
  assert.deepEqual(placeInput(image, { mode: 'native' }).input, image);
});

test('the shortest side decides, unless the longest would grow too long; padded to a multiple', () => {
  const fit = { mode: 'shortest-side', shortest: 800, longest: 1333, multiple: 32, pad: 114 } as const;
  const wide = placeInput({ width: 640, height: 480 }, fit);
  assert.deepEqual(
    [wide.content, wide.input],
    [
      { x1: 0, y1: 0, x2: 1067, y2: 800 },
      { width: 1088, height: 800 },
    ],
  );
  const panorama = placeInput({ width: 400, height: 2000 }, fit);
  assert.deepEqual(
    [panorama.content, panorama.input],
    [
      { x1: 0, y1: 0, x2: 267, y2: 1333 },
      { width: 288, height: 1344 },
    ],
  );
});

const side = fc.integer({ min: 1, max: 6000 });
const sizes = fc.record({ width: side, height: side });

test('the content lies inside the input and touches it on one axis at least', () => {
  fc.assert(
    fc.property(sizes, (image) => {
      const { content } = fitLetterbox(image, square(640));
      assert.ok(content.x1 >= 0 && content.y1 >= 0 && content.x2 <= 640 && content.y2 <= 640);
      assert.ok(content.x2 - content.x1 === 640 || content.y2 - content.y1 === 640);
    }),
  );
});

test('the box of the content is the picture, within half an input pixel', () => {
  fc.assert(
    fc.property(sizes, (image) => {
      const letterbox = fitLetterbox(image, square(640));
      // A side that would have become 0 is the exception: its one pixel stands for less.
      fc.pre(Math.min(image.width, image.height) * letterbox.ratioX >= 0.5);
      const box = boxToImage(letterbox.content, letterbox);
      const tolerance = 0.5 / letterbox.ratioX + 1e-6;
      assert.deepEqual([box.x1, box.y1], [0, 0]);
      assert.ok(Math.abs(box.x2 - image.width) <= tolerance && Math.abs(box.y2 - image.height) <= tolerance);
    }),
  );
});
