import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import type { Box, RgbImage, Size } from '../core/index.ts';
import { boxToImage, fitLetterbox, paintLetterbox } from './letterbox.ts';

/** Made by OpenCV; see test/golden/make/letterbox.py. */
interface Golden {
  readonly cases: readonly { readonly image: Size; readonly input: Size; readonly content: Box; readonly pixels: string }[];
}

const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/letterbox.json'), 'utf8')) as Golden;
const PAD = 114;
const square = (side: number): Size => ({ width: side, height: side });

/** The picture of the golden: a formula of place and channel. */
function picture(size: Size): RgbImage {
  const data = new Uint8Array(size.width * size.height * 3);
  for (let at = 0; at < data.length; at++) {
    const [channel, x, y] = [at % 3, Math.floor(at / 3) % size.width, Math.floor(at / 3 / size.width)];
    data[at] = x * x * 7 + y * 13 + x * y * 3 + channel * 85;
  }
  return { size, data };
}

/** NCHW 0..1 back to HxWx3 levels; exact, because the levels were whole. */
function levels(tensor: Float32Array, size: Size): Uint8Array {
  const plane = size.width * size.height;
  return Uint8Array.from(tensor, (_, at) => Math.round(tensor[(at % 3) * plane + Math.floor(at / 3)] * 255));
}

for (const { image, input, content, pixels } of golden.cases) {
  test(`${image.width}x${image.height} in ${input.width}x${input.height} equals OpenCV, every level`, () => {
    const letterbox = fitLetterbox(image, input);
    const tensor = new Float32Array(3 * input.width * input.height).fill(Number.NaN);
    paintLetterbox(picture(image), letterbox, PAD, tensor);
    assert.deepEqual(letterbox.content, content);
    assert.deepEqual(levels(tensor, input), new Uint8Array(Buffer.from(pixels, 'base64')));
  });
}

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

test('the same picture painted twice into one input leaves nothing of the first', () => {
  const input = square(16);
  const tensor = new Float32Array(3 * 16 * 16);
  const paint = (size: Size) => paintLetterbox(picture(size), fitLetterbox(size, input), PAD, tensor);
  paint({ width: 20, height: 5 });
  const alone = tensor.slice();
  paint({ width: 5, height: 20 });
  paint({ width: 20, height: 5 });
  assert.deepEqual(tensor, alone);
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
      fc.pre(Math.min(image.width, image.height) * letterbox.ratio >= 0.5);
      const box = boxToImage(letterbox.content, letterbox);
      const tolerance = 0.5 / letterbox.ratio + 1e-6;
      assert.deepEqual([box.x1, box.y1], [0, 0]);
      assert.ok(Math.abs(box.x2 - image.width) <= tolerance && Math.abs(box.y2 - image.height) <= tolerance);
    }),
  );
});
