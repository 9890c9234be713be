import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Box, RgbImage, Size } from '../../core/index.ts';
import type { ImageInput, InputFit } from '../contract.ts';
import { fromFloat16 } from './float16.ts';
import { InputPainter } from './input-painting.ts';
import { placeInput } from './input-placement.ts';

/** Made by OpenCV; see test/golden/make/letterbox.py. */
interface Golden {
  readonly cases: readonly { readonly image: Size; readonly input: Size; readonly content: Box; readonly pixels: string }[];
}

const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/letterbox.json'), 'utf8')) as Golden;
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

/** An input as YOLO has it. */
const inputOf = (fit: InputFit, changes: Partial<ImageInput> = {}): ImageInput => ({
  name: 'images',
  dataType: 'float32',
  rank: 4,
  batch: 1,
  fit,
  color: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  pixelMask: null,
  ...changes,
});

/** NCHW 0..1 back to HxWx3 levels; exact, because the levels were whole. */
function levels(tensor: Float32Array, size: Size): Uint8Array {
  const plane = size.width * size.height;
  return Uint8Array.from(tensor, (_, at) => Math.round(tensor[(at % 3) * plane + Math.floor(at / 3)] * 255));
}

for (const { image, input, content, pixels } of golden.cases) {
  test(`${image.width}x${image.height} in ${input.width}x${input.height} equals OpenCV, every level`, () => {
    const contract = inputOf({ mode: 'letterbox', size: input, pad: 114 });
    const painter = new InputPainter(contract);
    const placement = placeInput(image, contract.fit);
    const paint = () => painter.paint([picture(image)], [placement], 1) as Float32Array;
    paint().fill(Number.NaN);
    const tensor = paint();
    assert.deepEqual(placement.content, content);
    assert.deepEqual(levels(tensor, input), new Uint8Array(Buffer.from(pixels, 'base64')));
  });
}

test('the same picture painted twice into one input leaves nothing of the first', () => {
  const contract = inputOf({ mode: 'letterbox', size: square(16), pad: 114 });
  const painter = new InputPainter(contract);
  const paint = (size: Size) => painter.paint([picture(size)], [placeInput(size, contract.fit)], 1);
  const alone = paint({ width: 20, height: 5 }).slice();
  paint({ width: 5, height: 20 });
  assert.deepEqual(paint({ width: 20, height: 5 }), alone);
});

test('pictures of a batch follow one another, and larger ones leave them as they are', () => {
  const contract = inputOf({ mode: 'letterbox', size: square(16), pad: 114 });
  const sizes = [
    { width: 7, height: 16 },
    { width: 20_000, height: 3 },
    { width: 16, height: 13 },
  ];
  const paint = (some: readonly Size[]) =>
    new InputPainter(contract).paint(
      some.map(picture),
      some.map((size) => placeInput(size, contract.fit)),
      some.length,
    );
  assert.deepEqual(
    [...paint(sizes)],
    sizes.flatMap((size) => [...paint([size])]),
  );
});

/** One pixel of each picture. */
const onePixel: RgbImage = { size: square(1), data: Uint8Array.of(255, 128, 0) };
const paintOne = (fit: InputFit, changes: Partial<ImageInput>) =>
  new InputPainter(inputOf(fit, changes)).paint([onePixel], [placeInput(onePixel.size, fit)], 1);

test('values are (level * scale - mean) / deviation, channels in the order that the model wants', () => {
  const normalised = { scale: 1, mean: [55, 28, 10], deviation: [100, 50, 2] } as const;
  assert.deepEqual([...paintOne({ mode: 'native' }, normalised)], [2, 2, -5]);
  assert.deepEqual([...paintOne({ mode: 'native' }, { ...normalised, color: 'bgr' })], [-0.55, 2, 122.5].map(Math.fround));
});

test('half precision and bytes are painted as such', () => {
  const halves = paintOne({ mode: 'native' }, { dataType: 'float16' });
  assert.deepEqual([...halves].map(fromFloat16), [1, 0.501953125, 0]);
  assert.deepEqual([...paintOne({ mode: 'native' }, { dataType: 'uint8', scale: 1 })], [255, 128, 0]);
});

test('the padding is grey, normalised like the picture, in every channel', () => {
  const fit: InputFit = { mode: 'top-left', size: { width: 2, height: 1 }, pad: 100 };
  const values = paintOne(fit, { scale: 1, mean: [0, 50, 90], deviation: [1, 1, 1], color: 'bgr' });
  assert.deepEqual([...values], [0, 100, 78, 50, 165, 10]);
});

test('stretching scales both sides on their own', () => {
  const data = Uint8Array.of(0, 0, 0, 200, 200, 200);
  const fit: InputFit = { mode: 'stretch', size: { width: 4, height: 2 }, pad: 0 };
  const size = { width: 2, height: 1 };
  const values = new InputPainter(inputOf(fit, { scale: 1 })).paint([{ size, data }], [placeInput(size, fit)], 1);
  assert.deepEqual([...values.subarray(0, 8)], [0, 50, 150, 200, 0, 50, 150, 200]);
});
