import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Box, boxIou, classIndex } from '../../core/index.ts';
import { anchorsOf } from './anchors.ts';
import { type AssignedObject, assign, candidateAnchors, type ImagePrediction } from './assigner.ts';

/** 8x8 anchors of stride 4, then 4x4 of stride 8, then 2x2 of stride 16, in a picture of 32 px. */
const anchors = anchorsOf({ inputSize: 32, strides: { levels: [4, 8, 16], prototype: 2 } });
const FINE = 8;
const CLASSES = 2;

const object = (x1: number, y1: number, x2: number, y2: number, index = 0): AssignedObject => ({
  classIndex: classIndex(index),
  box: { x1, y1, x2, y2 },
});

/** Predicts the same class logit and nothing of an extent everywhere, but for the anchors named. */
function predicting(boxes: Readonly<Record<number, Box>>, logits: Readonly<Record<number, number>> = {}): ImagePrediction {
  const all = new Float32Array(anchors.count * 4);
  for (let anchor = 0; anchor < anchors.count; anchor++) {
    const [x, y] = [anchors.x[anchor], anchors.y[anchor]];
    const { x1, y1, x2, y2 } = boxes[anchor] ?? { x1: x, y1: y, x2: x, y2: y };
    all.set([x1, y1, x2, y2], anchor * 4);
  }
  const classLogits = Float32Array.from({ length: anchors.count * CLASSES }, (_, at) => logits[Math.floor(at / CLASSES)] ?? 0);
  return { classLogits, classCount: CLASSES, boxes: all };
}

test('no object, no positive', () => {
  assert.deepEqual(assign(anchors, predicting({}), []), []);
});

test('one object: its best-predicting anchor leads, with the IoU as its score; the others share by alignment', () => {
  const wanted = object(0, 0, 8, 8);
  const [best, second] = [FINE + 1, 0];
  const positives = assign(anchors, predicting({ [best]: wanted.box, [second]: { x1: 0, y1: 0, x2: 8, y2: 4 } }), [wanted]);
  assert.deepEqual(positives.slice(0, 2), [
    { anchor: best, object: 0, rank: 0, score: 1 },
    { anchor: second, object: 0, rank: 1, score: 0.5 ** 6 },
  ]);
  // Four fine anchors lie in the box, one of stride 8, and one of stride 16 on its corner.
  assert.deepEqual(
    positives.map(({ anchor }) => anchor).sort((a, b) => a - b),
    [0, 1, FINE, FINE + 1, 64, 80],
  );
});

test('a sure anchor leads an unsure one that fits as well', () => {
  const wanted = object(0, 0, 8, 8, 1);
  const positives = assign(anchors, predicting({ 0: wanted.box, 1: wanted.box }, { 0: -4, 1: 4 }), [wanted]);
  assert.deepEqual([positives[0]?.anchor, positives[1]?.anchor], [1, 0]);
});

test('before anything fits, the ten nearest anchors are the best, and the nearest is pulled', () => {
  const positives = assign(anchors, predicting({}), [object(0, 0, 32, 32)]);
  assert.equal(positives.length, 10);
  const distances = positives.map(({ anchor }) => Math.hypot(anchors.x[anchor] - 16, anchors.y[anchor] - 16));
  assert.deepEqual(
    distances,
    [...distances].sort((a, b) => a - b),
  );
  assert.deepEqual(
    positives.map(({ score }) => score),
    [0.1, ...new Array(9).fill(0)],
  );
});

test('two objects that contend for an anchor: the one it fits better has it, the other keeps its rest', () => {
  const [left, right] = [object(0, 0, 8, 8), object(4, 0, 12, 8)];
  const contended = 1;
  const positives = assign(anchors, predicting({ [contended]: { x1: 4, y1: 0, x2: 11, y2: 8 } }), [left, right]);
  assert.deepEqual(
    positives.filter(({ anchor }) => anchor === contended).map((positive) => positive.object),
    [1],
  );
  assert.ok(positives.some((positive) => positive.object === 0));
});

test('an object between the anchors, or outside of the picture, has the nearest fine one', () => {
  assert.deepEqual(
    assign(anchors, predicting({}), [object(4.5, 8.5, 5.5, 9.5)]).map(({ anchor }) => anchor),
    [2 * FINE + 1],
  );
  assert.deepEqual(
    assign(anchors, predicting({}), [object(-9, 40, -3, 50)]).map(({ anchor }) => anchor),
    [7 * FINE],
  );
});

test('an object larger than the picture has anchors as any other', () => {
  const huge = object(-100, -100, 200, 200);
  const positives = assign(anchors, predicting({ 83: huge.box }), [huge]);
  assert.equal(positives.length, 10);
  assert.deepEqual(positives[0], { anchor: 83, object: 0, rank: 0, score: 1 });
});

const box = fc
  .tuple(
    fc.integer({ min: -4, max: 30 }),
    fc.integer({ min: -4, max: 30 }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 30 }),
  )
  .map(([x, y, width, height]): Box => ({ x1: x, y1: y, x2: x + width, y2: y + height }));
const boxes = fc.array(box, { maxLength: 6 });

test('property: no anchor has two objects, scores are fractions, and an object loses its best anchor to a better fit only', () => {
  const objects = fc.array(fc.tuple(box, fc.nat(CLASSES - 1)), { maxLength: 6 });
  const predicted = fc.array(box, { minLength: anchors.count, maxLength: anchors.count });
  fc.assert(
    fc.property(objects, predicted, (list, boxes) => {
      const wanted = list.map(([box, index]): AssignedObject => ({ classIndex: classIndex(index), box }));
      const prediction = predicting(boxes);
      const positives = assign(anchors, prediction, wanted);
      assert.equal(new Set(positives.map(({ anchor }) => anchor)).size, positives.length);
      assert.ok(positives.every(({ score }) => score >= 0 && score <= 1));
      wanted.forEach((object, index) => {
        const best = assign(anchors, prediction, [object])[0]!.anchor;
        const owner = positives.find(({ anchor }) => anchor === best)!;
        const fit = (of: AssignedObject) => boxIou(boxes[best]!, of.box);
        assert.ok(owner.object === index || fit(wanted[owner.object]!) >= fit(object) - IOU_ROUNDING);
      });
    }),
    { numRuns: 200 },
  );
});

test('of equal anchors the first ones are taken, and of equal objects the first one has them', () => {
  const [first, second] = [object(0, 0, 32, 32), object(0, 0, 32, 32)];
  const everywhere = Object.fromEntries(Array.from({ length: anchors.count }, (_, anchor) => [anchor, first.box]));
  const positives = assign(anchors, predicting(everywhere), [first, second]);
  assert.deepEqual([...new Set(positives.map(({ object }) => object))], [0]);
  assert.ok(positives.every(({ score }) => score === 1));
  // The four of stride 4, of stride 8 and of stride 16 around the center are equally near, within each level.
  const nearest = positives.slice(0, 4).map(({ anchor }) => anchor);
  assert.deepEqual(nearest, [3 * FINE + 3, 3 * FINE + 4, 4 * FINE + 3, 4 * FINE + 4]);
});

test('property: no anchor is a positive that is not a candidate, and candidates come in ascending order', () => {
  fc.assert(
    fc.property(boxes, (list) => {
      const wanted = list.map((box): AssignedObject => ({ classIndex: classIndex(0), box }));
      const candidates = [...candidateAnchors(anchors, wanted)];
      assert.deepEqual(
        candidates,
        [...new Set(candidates)].sort((a, b) => a - b),
      );
      const all = new Set(candidates);
      assert.ok(assign(anchors, predicting({}), wanted).every(({ anchor }) => all.has(anchor)));
      assert.deepEqual(candidates.length > 0, list.length > 0);
    }),
  );
});

test('a prediction that is not a number does not stop the assignment', () => {
  const nowhere = { x1: Number.NaN, y1: Number.NaN, x2: Number.NaN, y2: Number.NaN };
  const positives = assign(anchors, predicting({ 0: nowhere, 9: nowhere }, { 1: Number.NaN }), [object(0, 0, 8, 8)]);
  assert.equal(new Set(positives.map(({ anchor }) => anchor)).size, 6);
});

/** Between the assigner's IoU of float32 boxes and core's. */
const IOU_ROUNDING = 1e-6;
