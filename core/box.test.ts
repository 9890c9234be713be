import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Box, boxArea, boxIou, clipBox, fromXywh, intersectBoxes, rle, toXywh } from './index.ts';

const cases: readonly { name: string; a: Box; b: Box; iou: number }[] = [
  { name: 'the same', a: { x1: 0, y1: 0, x2: 4, y2: 4 }, b: { x1: 0, y1: 0, x2: 4, y2: 4 }, iou: 1 },
  { name: 'half', a: { x1: 0, y1: 0, x2: 4, y2: 4 }, b: { x1: 0, y1: 0, x2: 4, y2: 2 }, iou: 0.5 },
  { name: 'a shared edge', a: { x1: 0, y1: 0, x2: 4, y2: 4 }, b: { x1: 4, y1: 0, x2: 8, y2: 4 }, iou: 0 },
  { name: 'apart', a: { x1: 0, y1: 0, x2: 1, y2: 1 }, b: { x1: 5, y1: 5, x2: 6, y2: 6 }, iou: 0 },
  { name: 'both empty', a: { x1: 2, y1: 2, x2: 2, y2: 2 }, b: { x1: 2, y1: 2, x2: 2, y2: 2 }, iou: 0 },
  { name: 'inverted', a: { x1: 4, y1: 4, x2: 0, y2: 0 }, b: { x1: 0, y1: 0, x2: 4, y2: 4 }, iou: 0 },
];

for (const { name, a, b, iou } of cases) test(`IoU of boxes: ${name}`, () => assert.equal(boxIou(a, b), iou));

test('the first pixel is COCO [0, 0, 1, 1]', () => {
  assert.deepEqual(toXywh({ x1: 0, y1: 0, x2: 1, y2: 1 }), { x: 0, y: 0, width: 1, height: 1 });
});

test('a box beyond the image keeps its inner part, and has area 0 where there is none', () => {
  const image = { width: 10, height: 5 };
  assert.deepEqual(clipBox({ x1: -3, y1: 2, x2: 20, y2: 9 }, image), { x1: 0, y1: 2, x2: 10, y2: 5 });
  assert.equal(boxArea(clipBox({ x1: 12, y1: 0, x2: 20, y2: 3 }, image)), 0);
});

test('property: boxes count pixels as masks do', () => {
  const box = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(20)).map(([x, y, width, height]) => fromXywh({ x, y, width, height }));
  const image = { width: 40, height: 40 };
  fc.assert(
    fc.property(box, box, (a, b) => {
      const [maskA, maskB] = [rle.fromBox(image, a), rle.fromBox(image, b)];
      assert.equal(rle.area(maskA), boxArea(a));
      assert.equal(rle.iou(maskA, maskB), boxIou(a, b));
      assert.equal(rle.area(rle.merge([maskA, maskB], 'intersection')), boxArea(intersectBoxes(a, b)));
      assert.equal(boxIou(a, b), boxIou(b, a));
    }),
  );
});
