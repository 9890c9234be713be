import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { areaOf, type Box, boxArea, boxWidth, type RgbImage, type Size } from '../core/index.ts';
import type { Placement } from './placement.ts';
import { drawPlaced } from './resample.ts';

/** PIL's weights have 22 bits and ours 14, and it never blends lines first, so that a rounding may fall to the other side. */
const pilToleranceLevels = 1;
const untouched = 77;

interface Golden {
  readonly cases: readonly { readonly image: Size; readonly scaled: Size; readonly pixels: string }[];
}

/** The picture of the golden data. */
function formula(size: Size): RgbImage {
  const data = new Uint8Array(areaOf(size) * 3);
  for (let at = 0; at < data.length; at++) {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % size.width, Math.floor(at / 3 / size.width)];
    data[at] = x * x * 7 + y * 13 + x * y * 3 + c * 85;
  }
  return { size, data };
}

const plain = (size: Size, levels: readonly number[]): RgbImage => ({
  size,
  data: Uint8Array.from({ length: areaOf(size) * 3 }, (_, at) => levels[at % 3]),
});

const placed = (scaled: Size, placement: Partial<Placement> = {}): Placement => ({
  ...{ scale: 1, scaled, x: 0, y: 0, flip: false, verticalFlip: false },
  ...placement,
});

const boxOf = ({ width, height }: Size): Box => ({ x1: 0, y1: 0, x2: width, y2: height });

function draw(picture: RgbImage, placement: Placement, box: Box = boxOf(placement.scaled)): Uint8Array {
  const data = new Uint8Array(boxArea(box) * 3).fill(untouched);
  drawPlaced(picture, placement, { box, data });
  return data;
}

/** The weights of all source pixels in one pixel of the scaled picture: a triangle, in integers that sum to 1 << 14. */
function triangle(sourcePx: number, scaledPx: number, pixel: number): number[] {
  const longer = Math.max(sourcePx, scaledPx);
  const heights = Array.from({ length: sourcePx }, (_, source) =>
    Math.max(0, 2 * longer - Math.abs((2 * source + 1) * scaledPx - (2 * pixel + 1) * sourcePx)),
  );
  const total = heights.reduce((sum, height) => sum + height, 0);
  let sum = 0;
  const upTo = heights.map((height) => {
    sum += height;
    return Math.round((sum * 2 ** 14) / total);
  });
  return upTo.map((weight, source) => weight - (upTo[source - 1] ?? 0));
}

/** The formula of one pass: each byte is a weighted sum of all those on its line. */
function resized({ size, data }: RgbImage, axis: 'width' | 'height', scaledPx: number): RgbImage {
  const result = { ...size, [axis]: scaledPx };
  const weights = Array.from({ length: scaledPx }, (_, pixel) => triangle(size[axis], scaledPx, pixel));
  const pixels = new Uint8Array(areaOf(result) * 3);
  for (let at = 0; at < pixels.length; at++) {
    const [c, x, y] = [at % 3, Math.floor(at / 3) % result.width, Math.floor(at / 3 / result.width)];
    const sum = weights[axis === 'width' ? x : y].reduce((total, weight, source) => {
      const from = axis === 'width' ? y * size.width + source : source * size.width + x;
      return total + weight * data[from * 3 + c];
    }, 0);
    pixels[at] = (sum + 2 ** 13) >> 14;
  }
  return { size: result, data: pixels };
}

/** All of the scaled picture, not mirrored. */
function reference(picture: RgbImage, { width, height }: Size): RgbImage {
  if (height < picture.size.height) return resized(resized(picture, 'height', height), 'width', width);
  return resized(resized(picture, 'width', width), 'height', height);
}

/** The scaled picture put on an untouched box, pixel by pixel. */
function referenceOn(box: Box, { size, data }: RgbImage, { x, y, flip, verticalFlip }: Placement): Uint8Array {
  const result = new Uint8Array(boxArea(box) * 3).fill(untouched);
  for (let at = 0; at < boxArea(box); at++) {
    const column = box.x1 + (at % boxWidth(box)) - x;
    const row = box.y1 + Math.floor(at / boxWidth(box)) - y;
    if (column < 0 || column >= size.width || row < 0 || row >= size.height) continue;
    const from = (verticalFlip ? size.height - 1 - row : row) * size.width + (flip ? size.width - 1 - column : column);
    result.set(data.subarray(from * 3, from * 3 + 3), at * 3);
  }
  return result;
}

test("PIL's BILINEAR, within one level", () => {
  const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/resample.json'), 'utf8')) as Golden;
  for (const { image, scaled, pixels } of golden.cases) {
    const expected = Buffer.from(pixels, 'base64');
    const actual = draw(formula(image), placed(scaled));
    assert.equal(actual.length, expected.length);
    for (const [at, level] of expected.entries()) {
      const where = `${JSON.stringify({ image, scaled })}, byte ${at}: ${actual[at]}, PIL ${level}`;
      assert.ok(Math.abs(actual[at] - level) <= pilToleranceLevels, where);
    }
  }
});

test('property: the plain formula, to the byte, wherever the picture lies and whatever box is drawn', () => {
  const side = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }));
  const size = fc.record({ width: side, height: side });
  const offset = fc.integer({ min: -30, max: 30 });
  fc.assert(
    fc.property(size, size, offset, offset, fc.boolean(), fc.boolean(), offset, offset, size, fc.nat(255), (...drawn) => {
      const [source, scaled, x, y, flip, verticalFlip, x1, y1, area, noise] = drawn;
      const data = formula(source).data.map((level, at) => (level * (at + 1) * noise) >> 3);
      const placement = placed(scaled, { x, y, flip, verticalFlip });
      const box = { x1, y1, x2: x1 + area.width, y2: y1 + area.height };
      const expected = referenceOn(box, reference({ size: source, data }, scaled), placement);
      assert.deepEqual(draw({ size: source, data }, placement, box), expected);
    }),
    { numRuns: 400 },
  );
});

test('sizes at the ends of the range follow the formula', () => {
  for (const [width, height, scaledWidth, scaledHeight] of [
    [1, 1, 1, 1],
    [1, 1, 700, 3],
    [1, 90, 2, 800],
    [90, 1, 800, 2],
    [301, 203, 1, 1],
    [2000, 1, 1, 3],
    [3, 3, 1, 1],
    [70, 50, 131, 117],
    [131, 117, 70, 50],
  ]) {
    const scaled = { width: scaledWidth, height: scaledHeight };
    const picture = formula({ width, height });
    assert.deepEqual(
      draw(picture, placed(scaled)),
      reference(picture, scaled).data,
      `${width}x${height} to ${scaledWidth}x${scaledHeight}`,
    );
  }
});

test('a picture at its own size is copied', () => {
  const picture = formula({ width: 53, height: 31 });
  assert.deepEqual(draw(picture, placed(picture.size)), picture.data);
});

test('property: one color stays that color at every size', () => {
  const side = fc.integer({ min: 1, max: 900 });
  const level = fc.nat(255);
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 900 }), level, level, level, (width, height, scaledPx, r, g, b) => {
      const scaled = { width: scaledPx, height: Math.ceil(scaledPx / 9) };
      assert.deepEqual(draw(plain({ width, height }, [r, g, b]), placed(scaled)), plain(scaled, [r, g, b]).data);
    }),
    { numRuns: 40 },
  );
});

test('a window in the middle of a million pixels shows the middle', () => {
  const picture: RgbImage = { size: { width: 2, height: 1 }, data: Uint8Array.of(0, 0, 0, 200, 100, 50) };
  const placement = placed({ width: 1_000_000, height: 1_000_000 }, { x: -500_000, y: -999_999 });
  assert.deepEqual([...draw(picture, placement, { x1: -1, y1: 0, x2: 1, y2: 1 })], [100, 50, 25, 100, 50, 25]);
});

test('a picture beside the box draws nothing', () => {
  const picture = plain({ width: 4, height: 4 }, [1, 2, 3]);
  for (const at of [{ x: -9 }, { y: -9 }, { x: 8 }, { y: 8 }]) {
    const drawn = draw(picture, placed({ width: 9, height: 9 }, at), { x1: 0, y1: 0, x2: 8, y2: 8 });
    assert.ok(drawn.every((level) => level === untouched));
  }
});

test('the bytes of a plan never change', () => {
  const hash = createHash('sha256');
  for (const scale of [0.1, 0.37, 0.8, 1, 1.5, 2]) {
    const scaled = { width: Math.round(160 * scale), height: Math.round(120 * scale) };
    const placement = placed(scaled, { x: 7, y: -5, flip: scale > 0.5, verticalFlip: scale > 1 });
    hash.update(draw(formula({ width: 160, height: 120 }), placement, { x1: 0, y1: 0, x2: 160, y2: 160 }));
  }
  assert.equal(hash.digest('hex'), '1b8ef0ce6bbce598568ac8ca6b857ede77037fa5b44b33360979bf51161f25d4');
});
