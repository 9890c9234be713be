import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Box, classIndex, clipBox, intersectBoxes, type MaskQuality, rle, type Size } from '../../core/index.ts';
import type { Detection } from '../teacher.ts';
import { mergeSightings, type Sighting } from './test-time-merge.ts';
import { planViews, type View } from './test-time-views.ts';

const MANY = 100;
const picture: Size = { width: 100, height: 40 };
/** Tiles 0..40, 30..70 and 60..100, then the whole picture. */
const views = planViews(picture, { flip: false, scales: [1], tiling: { size: 40, overlap: 0.25 } }, false);
const [left, middle, right, whole] = views;

const columns = (x1: number, x2: number): Box => ({ x1, y1: 10, x2, y2: 20 });

/** A box as a view shows it, cut at the window's borders. */
function seen(view: View, box: Box, score: number, index = 0): Sighting {
  const visible = clipBox(intersectBoxes(box, view.window), picture);
  return { view, detection: { classIndex: classIndex(index), score, box: visible, mask: rle.fromBox(picture, visible) } };
}

const merge = (sightings: readonly Sighting[]) => mergeSightings(sightings, views, picture, MANY);
const facts = (found: readonly Detection[]) => found.map(({ box, score }) => [box.x1, box.x2, score]);

test('the tiles of these tests', () => {
  assert.deepEqual(
    views.map(({ window: { x1, x2 } }) => [x1, x2]),
    [
      [0, 40],
      [30, 70],
      [60, 100],
      [0, 100],
    ],
  );
});

test('of one object in two views the better score stays, as it is', () => {
  const found = merge([seen(left, columns(32, 38), 0.6), seen(middle, columns(32, 38), 0.7), seen(whole, columns(31, 38), 0.5)]);
  assert.deepEqual(facts(found), [[32, 38, 0.7]]);
});

test('an overlap of half is two objects, more is one', () => {
  const pair = (x2: number) => merge([seen(whole, columns(10, 20), 0.9), seen(whole, columns(10, x2), 0.8)]).length;
  assert.deepEqual([pair(30), pair(29)], [2, 1]);
});

test('classes do not compete', () => {
  assert.equal(merge([seen(left, columns(10, 20), 0.6, 0), seen(left, columns(10, 20), 0.7, 1)]).length, 2);
});

test('a part goes where the next tile sees the object whole', () => {
  assert.deepEqual(facts(merge([seen(left, columns(34, 50), 0.9), seen(middle, columns(34, 50), 0.4)])), [[34, 50, 0.4]]);
});

test('a part goes where the next tile sees all of it and says nothing', () => {
  assert.deepEqual(merge([seen(left, columns(34, 50), 0.9)]), []);
});

test('a part that goes on into no other tile stays', () => {
  assert.deepEqual(facts(merge([seen(left, columns(10, 40), 0.9)])), [[10, 40, 0.9]]);
});

test('parts that agree where their tiles overlap become one object, with the best score of them', () => {
  const object = columns(10, 90);
  const found = merge([seen(left, object, 0.6), seen(middle, object, 0.8), seen(right, object, 0.7)]);
  assert.deepEqual(facts(found), [[10, 90, 0.8]]);
  assert.deepEqual(found[0].mask, rle.fromBox(picture, object));
});

test('the faintest part may join two others', () => {
  const object = columns(10, 90);
  assert.deepEqual(facts(merge([seen(left, object, 0.8), seen(right, object, 0.7), seen(middle, object, 0.1)])), [[10, 90, 0.8]]);
});

test('parts that disagree where their tiles overlap stay two', () => {
  const above = { x1: 10, y1: 5, x2: 60, y2: 10 };
  const below = { x1: 20, y1: 10, x2: 65, y2: 15 };
  assert.equal(merge([seen(left, above, 0.6), seen(middle, below, 0.8)]).length, 2);
});

test('a tile has one part of an object at most', () => {
  const faint = { x1: 5, y1: 10, x2: 60, y2: 26 };
  const found = merge([seen(left, columns(25, 60), 0.9), seen(left, faint, 0.1), seen(middle, columns(25, 60), 0.8)]);
  assert.deepEqual(facts(found), [
    [25, 60, 0.9],
    [5, 40, 0.1],
  ]);
});

test('parts go where the object was seen whole, unless that was a faint guess', () => {
  const object = columns(10, 60);
  const parts = [seen(left, object, 0.8), seen(middle, object, 0.7)];
  assert.deepEqual(facts(merge([...parts, seen(whole, object, 0.4)])), [[10, 60, 0.4]]);
  assert.deepEqual(facts(merge([...parts, seen(whole, object, 0.3)])), [[10, 60, 0.8]]);
});

test('an object that the edge of the picture cuts is whole', () => {
  assert.deepEqual(facts(merge([seen(left, columns(0, 35), 0.9), seen(right, columns(90, 100), 0.8)])), [
    [0, 35, 0.9],
    [90, 100, 0.8],
  ]);
});

test('the best scores stay where there are too many', () => {
  const all = [10, 20, 75, 85].map((x, at) => seen(whole, columns(x, x + 5), 0.2 + at / 10));
  assert.deepEqual(
    mergeSightings(all, views, picture, 2).map(({ box }) => box.x1),
    [85, 75],
  );
});

const quality = (probability: number, stability = 0.5): MaskQuality => ({ probability, stability, flipAgreement: null });
const withQuality = ({ view, detection }: Sighting, measured = quality(0.9)): Sighting => ({
  view,
  detection: { ...detection, quality: measured },
});

const mirroredViews = planViews(picture, { flip: true, scales: [1, 0.5], tiling: null }, false);
const [plain, mirrored, plainSmall, mirroredSmall] = mirroredViews;

/** The flip agreements of what is kept, by falling score. */
function agreements(sightings: readonly Sighting[]): readonly (number | null | undefined)[] {
  const found = mergeSightings(
    sightings.map((one) => withQuality(one)),
    mirroredViews,
    picture,
    MANY,
  );
  return found.map((one) => one.quality?.flipAgreement);
}

test('the flip agreement is the mask IoU with what the mirror image shows there of that class, 0 where it shows nothing', () => {
  const object = seen(plain, columns(10, 20), 0.9);
  assert.deepEqual(agreements([object, seen(mirrored, columns(10, 18), 0.8)]), [0.8]);
  assert.deepEqual(agreements([seen(plain, columns(10, 18), 0.8), seen(mirrored, columns(10, 20), 0.9)]), [0.8]);
  assert.deepEqual(agreements([object]), [0]);
  assert.deepEqual(agreements([object, seen(mirrored, columns(10, 20), 0.8, 1)]), [0, 0]);
});

test('looks agree at their own scale, where nothing but the flip differs', () => {
  const object = columns(10, 20);
  assert.deepEqual(agreements([seen(plain, object, 0.9), seen(plainSmall, object, 0.8), seen(mirroredSmall, object, 0.7)]), [0]);
  assert.deepEqual(agreements([seen(plain, columns(10, 18), 0.5), seen(plainSmall, object, 0.8), seen(mirroredSmall, object, 0.7)]), [1]);
});

test('without a mirror image, and for masks without quality, there is no agreement', () => {
  assert.deepEqual(merge([withQuality(seen(whole, columns(10, 20), 0.9))])[0].quality, quality(0.9));
  const found = mergeSightings([seen(plain, columns(10, 20), 0.9)], mirroredViews, picture, MANY);
  assert.equal(found[0].quality, undefined);
});

test('the quality of what is stitched is that of its parts by their areas; with a part that has none there is none', () => {
  const object = columns(10, 60);
  const parts = [
    withQuality(seen(left, object, 0.6), quality(0.9, 0.2)),
    withQuality(seen(middle, object, 0.8), quality(0.6, 0.8)),
  ] as const;
  assert.deepEqual(merge(parts)[0].quality, quality(0.75, 0.5));
  assert.equal(merge([parts[0], seen(middle, object, 0.8)])[0].quality, undefined);
});

const place = fc.integer({ min: 0, max: 90 });
const tiledViews = planViews(picture, { flip: true, scales: [1, 0.5], tiling: { size: 40, overlap: 0.25 } }, false);
const arbitrarySighting = fc
  .record({
    view: fc.nat(tiledViews.length - 1),
    x: place,
    y: fc.integer({ min: 0, max: 30 }),
    width: fc.integer({ min: 1, max: 50 }),
    height: fc.integer({ min: 1, max: 20 }),
    score: fc.integer({ min: 1, max: 4 }),
    index: fc.integer({ min: 0, max: 1 }),
  })
  .map(({ view, x, y, width, height, score, index }) =>
    withQuality(seen(tiledViews[view], { x1: x, y1: y, x2: x + width, y2: y + height }, score / 4, index)),
  )
  .filter(({ detection }) => rle.area(detection.mask) > 0);

test('neither the order of views nor that of detections matters', () => {
  const twoOrders = fc
    .array(arbitrarySighting, { maxLength: 14 })
    .chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.shuffledSubarray([...tiledViews], { minLength: tiledViews.length }),
      ),
    );
  fc.assert(
    fc.property(twoOrders, fc.integer({ min: 1, max: 8 }), ([all, shuffled, shuffledViews], limit) => {
      const found = mergeSightings(all, tiledViews, picture, limit);
      assert.deepEqual(mergeSightings(shuffled, shuffledViews, picture, limit), found);
      assert.ok(found.length <= limit && found.every(({ score }, at) => at === 0 || score <= found[at - 1].score));
      assert.ok(found.every(({ score }) => all.some(({ detection }) => detection.score === score)));
    }),
    { numRuns: 500 },
  );
});
