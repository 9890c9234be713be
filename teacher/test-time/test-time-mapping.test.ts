import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  areaOf,
  type BitMask,
  type Box,
  boxArea,
  boxHeight,
  boxWidth,
  classIndex,
  clipBox,
  type RgbImage,
  rle,
  type Size,
} from '../../core/index.ts';
import { detectionToPicture, maskToPicture } from './test-time-mapping.ts';
import { viewPicture } from './test-time-picture.ts';
import type { View } from './test-time-views.ts';

const side = fc.integer({ min: 1, max: 14 });
const sizes: fc.Arbitrary<Size> = fc.tuple(side, side).map(([width, height]) => ({ width, height }));
const corner = fc.integer({ min: -8, max: 8 });

function bitMask(size: Size): fc.Arbitrary<BitMask> {
  const bit = fc.integer({ min: 0, max: 1 });
  const pixels = fc.array(bit, { minLength: areaOf(size), maxLength: areaOf(size) });
  return fc
    .oneof(pixels, fc.constant(Array.from({ length: areaOf(size) }, () => 1)))
    .map((data) => ({ size, data: Uint8Array.from(data) }));
}

/** Windows anywhere near the picture, shown in any size. */
const views: fc.Arbitrary<View> = fc
  .record({ at: fc.record({ x: corner, y: corner }), size: sizes, shown: sizes, flip: fc.boolean() })
  .map(({ at: { x, y }, size, shown, flip }) => ({
    grid: '',
    mirror: null,
    window: { x1: x, y1: y, x2: x + size.width, y2: y + size.height },
    shown,
    flip,
  }));

/** Pixel by pixel, in whole numbers: the pixel of the view that holds the centre of the picture's. */
function mappedByPixels({ data }: BitMask, { window, shown, flip }: View, picture: Size): BitMask {
  const mapped = new Uint8Array(areaOf(picture));
  for (let at = 0; at < mapped.length; at++) {
    const x = (at % picture.width) - window.x1;
    const y = Math.floor(at / picture.width) - window.y1;
    if (x < 0 || y < 0 || x >= boxWidth(window) || y >= boxHeight(window)) continue;
    const column = Math.floor(((2 * x + 1) * shown.width) / (2 * boxWidth(window)));
    const row = Math.floor(((2 * y + 1) * shown.height) / (2 * boxHeight(window)));
    mapped[at] = data[row * shown.width + (flip ? shown.width - 1 - column : column)];
  }
  return { size: picture, data: mapped };
}

test('run lengths are mirrored, resized and moved as pixels are', () => {
  const cases = views.chain((view) => fc.tuple(fc.constant(view), bitMask(view.shown), sizes));
  fc.assert(
    fc.property(cases, ([view, mask, picture]) => {
      assert.deepEqual(maskToPicture(rle.encode(mask), view, picture), rle.encode(mappedByPixels(mask, view, picture)));
    }),
    { numRuns: 2000 },
  );
});

const whole = ({ width, height }: Size): Box => ({ x1: 0, y1: 0, x2: width, y2: height });

test('a flip is its own inverse, and turns rows round', () => {
  fc.assert(
    fc.property(sizes.chain(bitMask), ({ size, data }) => {
      const mask = rle.encode({ size, data });
      const flip: View = { grid: '', mirror: null, window: whole(size), shown: size, flip: true };
      const flipped = maskToPicture(mask, flip, size);
      assert.deepEqual(maskToPicture(flipped, flip, size), mask);
      const rows = Array.from({ length: size.height }, (_, y) => [...data.subarray(y * size.width, (y + 1) * size.width)].reverse());
      assert.deepEqual(rle.decode(flipped).data, Uint8Array.from(rows.flat()));
    }),
  );
});

test('what a view shows of a picture comes back to the place where it is', () => {
  const enlarged = fc.record({ view: views, factor: fc.integer({ min: 1, max: 3 }) }).map(({ view, factor }) => ({
    ...view,
    shown: { width: factor * boxWidth(view.window), height: factor * boxHeight(view.window) },
  }));
  fc.assert(
    fc.property(enlarged, sizes.chain(bitMask), (view, { size, data }) => {
      fc.pre(boxArea(clipBox(view.window, size)) > 0);
      const seen = viewPicture(painted({ size, data }), view, 0);
      assert.deepEqual(seen.size, view.shown);
      const found = rle.encode({
        size: seen.size,
        data: Uint8Array.from({ length: areaOf(seen.size) }, (_, at) => +(seen.data[3 * at] > 127)),
      });
      const window = rle.fromBox(size, view.window);
      assert.deepEqual(maskToPicture(found, view, size), rle.intersection([rle.encode({ size, data }), window]));
    }),
  );
});

const painted = ({ size, data }: BitMask): RgbImage => ({
  size,
  data: Uint8Array.from({ length: 3 * data.length }, (_, at) => 255 * data[Math.floor(at / 3)]),
});

test('beyond the edge a view shows padding; a view of everything is the picture itself', () => {
  const image: RgbImage = { size: { width: 2, height: 1 }, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const view: View = { grid: '', mirror: null, window: { x1: -1, y1: 0, x2: 3, y2: 2 }, shown: { width: 4, height: 2 }, flip: true };
  assert.deepEqual([...viewPicture(image, view, 9).data], [9, 9, 9, 4, 5, 6, 1, 2, 3, 9, 9, 9, ...new Array(12).fill(9)]);
  assert.equal(viewPicture(image, { grid: '', mirror: null, window: whole(image.size), shown: image.size, flip: false }, 9), image);
});

test('shrinking blends two neighbours, channel by channel', () => {
  const image: RgbImage = { size: { width: 4, height: 1 }, data: Uint8Array.of(0, 10, 20, 100, 30, 40, 200, 0, 0, 100, 80, 1) };
  const view: View = { grid: '', mirror: null, window: whole(image.size), shown: { width: 2, height: 1 }, flip: false };
  assert.deepEqual([...viewPicture(image, view, 0).data], [50, 20, 30, 150, 40, 0]);
});

const picture: Size = { width: 20, height: 10 };
const flippedWindow: View = {
  grid: '',
  mirror: null,
  window: { x1: 10, y1: 2, x2: 16, y2: 8 },
  shown: { width: 12, height: 12 },
  flip: true,
};
const detection = (box: Box) => ({ classIndex: classIndex(1), score: 0.5, box, mask: rle.fromBox(flippedWindow.shown, box) });

test('boxes go where their masks go', () => {
  const found = detectionToPicture(detection({ x1: 0, y1: 2, x2: 4, y2: 12 }), flippedWindow, picture);
  assert.deepEqual(found?.box, { x1: 14, y1: 3, x2: 16, y2: 8 });
  assert.deepEqual(found && rle.toBox(found.mask), found?.box);
});

test('what lies in the padding alone is no detection; what reaches into it is cut', () => {
  const beyond: View = { ...flippedWindow, window: { x1: 17, y1: 2, x2: 23, y2: 8 }, flip: false };
  assert.equal(detectionToPicture(detection({ x1: 6, y1: 0, x2: 12, y2: 12 }), beyond, picture), null);
  const cut = detectionToPicture(detection({ x1: 2, y1: 0, x2: 12, y2: 12 }), beyond, picture);
  assert.deepEqual(cut?.box, { x1: 18, y1: 2, x2: 20, y2: 8 });
  assert.deepEqual(cut && rle.toBox(cut.mask), cut?.box);
});
