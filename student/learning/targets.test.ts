import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, classIndex, type IgnoredRegion, type LabelSource, type Sample, type SampleInstance } from '../../core/index.ts';
import { anchorsOf } from './anchors.ts';
import { type ImageLogits, type TargetGrid, targetsOf } from './targets.ts';

const BINS = 16;
/** Prototypes lie 2 px apart. */
const gridOf = (inputSize: number): TargetGrid => ({
  anchors: anchorsOf({ inputSize, strides: { levels: [4, 8, 16], prototype: 2 } }),
  classCount: 2,
  prototypeCells: inputSize / 2,
});

/** Something that fills its box; the box is in cells of the prototypes. */
function filling(grid: Box): IgnoredRegion {
  const box = { x1: 2 * grid.x1, y1: 2 * grid.y1, x2: 2 * grid.x2, y2: 2 * grid.y2 };
  return { box, grid, coverage: new Uint8Array((grid.x2 - grid.x1) * (grid.y2 - grid.y1)).fill(255) };
}

const instance = (grid: Box, source: LabelSource = { by: 'human' }, index = 0): SampleInstance => ({
  ...filling(grid),
  classIndex: classIndex(index),
  source,
});

const sample = (instances: readonly SampleInstance[], ignored: readonly IgnoredRegion[] = []): Sample => ({
  image: { size: { width: 0, height: 0 }, data: new Uint8Array() },
  instances,
  ignored,
  stream: 'labeled',
});

/** Every anchor is sure of boxes that end `strides` of its own strides away, in whole or half ones. */
function predicting({ anchors, classCount }: TargetGrid, strides: number): ImageLogits {
  const boxLogits = Float32Array.from({ length: anchors.count * 4 * BINS }, (_, at) => (Math.abs((at % BINS) - strides) <= 0.5 ? 40 : 0));
  return { classLogits: new Float32Array(anchors.count * classCount), boxLogits, bins: BINS };
}

const square = { x1: 4, y1: 4, x2: 8, y2: 8 };

test('positives, their classes, and the distances of their boxes in strides', () => {
  const grid = gridOf(32);
  const { classes, boxes, scoreSum } = targetsOf(grid, predicting(grid, 0.5), sample([instance(square, { by: 'human' }, 1)]), 0);
  // The four of stride 4 inside of 8..16; the one of stride 8 at its center, whose box is exactly it; one of stride 16 at its corner.
  assert.deepEqual(
    [...boxes.anchors].sort((a, b) => a - b),
    [18, 19, 26, 27, 64 + 5, 64 + 16],
  );
  assert.deepEqual([boxes.anchors[0], classes.scores[0]], [64 + 5, 1]);
  assert.deepEqual([...boxes.distances.subarray(0, 4)], [0.5, 0.5, 0.5, 0.5]);
  assert.deepEqual(
    [...classes.places],
    [...boxes.anchors].map((anchor) => anchor * 2 + 1),
  );
  assert.deepEqual(boxes.weights, classes.scores);
  assert.equal(
    scoreSum,
    classes.scores.reduce((sum, score) => sum + score, 0),
  );
  assert.ok(classes.anchorWeights.every((weight) => weight === 1));
});

test("a teacher's label weighs less in class, box and mask; the background around it does not", () => {
  const grid = gridOf(32);
  const predicted = predicting(grid, 1);
  const human = targetsOf(grid, predicted, sample([instance(square)]), 0);
  const pseudo = targetsOf(grid, predicted, sample([instance(square, { by: 'teacher', weight: 0.25 })]), 0);
  assert.deepEqual(pseudo.classes.scores, human.classes.scores);
  assert.deepEqual(
    pseudo.boxes.weights,
    human.boxes.weights.map((weight) => 0.25 * weight),
  );
  const positives = new Set(human.boxes.anchors);
  assert.deepEqual(
    pseudo.classes.anchorWeights,
    human.classes.anchorWeights.map((_, anchor) => (positives.has(anchor) ? 0.25 : 1)),
  );
  assert.deepEqual([pseudo.scoreSum, pseudo.maskSum], [human.scoreSum, human.maskSum]);
  assert.deepEqual(
    pseudo.masks.map(({ weight }) => weight),
    [0.25],
  );
});

test('an ignored region takes the anchors whose centers it covers by half out of the class loss, not those of objects', () => {
  const grid = gridOf(32);
  const region = filling({ x1: 0, y1: 0, x2: 8, y2: 4 });
  region.coverage.set([127, 127], 3 * 8 + 6);
  const alone = targetsOf(grid, predicting(grid, 1), sample([], [region]), 0);
  const ignored = (weights: Float32Array) => [...weights].flatMap((weight, anchor) => (weight === 0 ? [anchor] : []));
  // Stride 4: centers at 2, 6, 10, 14 in two rows, less the one in the cells of 127; stride 8: at 4 and 12; stride 16: its center lies on the edge.
  assert.deepEqual(ignored(alone.classes.anchorWeights), [0, 1, 2, 3, 8, 9, 10, 64, 65]);
  const object = instance({ x1: 0, y1: 0, x2: 2, y2: 2 });
  const over = targetsOf(grid, predicting(grid, 1), sample([object], [region]), 0);
  assert.deepEqual(ignored(over.classes.anchorWeights), [1, 2, 3, 8, 9, 10, 65]);
});

test('at most 64 anchors of an image train masks, the best of all objects first; all of an object learn the same cells', () => {
  const grid = gridOf(128);
  const corners = Array.from({ length: 30 }, (_, at) => ({ x: 10 * (at % 6), y: 10 * Math.floor(at / 6) }));
  const objects = corners.map(({ x, y }) => instance({ x1: x, y1: y, x2: x + 8, y2: y + 8 }));
  const { masks, maskSum, boxes } = targetsOf(grid, predicting(grid, 2), sample(objects), 3);
  assert.ok(boxes.anchors.length > 64);
  assert.equal(maskSum, 64);
  assert.deepEqual(new Set(masks.map(({ anchors }) => anchors.length)), new Set([2, 3]));
  assert.equal(new Set(masks.flatMap(({ anchors }) => anchors)).size, 64);
});

test('an empty picture has nothing but background', () => {
  const grid = gridOf(32);
  const { classes, boxes, masks, scoreSum, maskSum } = targetsOf(grid, predicting(grid, 1), sample([]), 0);
  assert.deepEqual([classes.places.length, boxes.anchors.length, masks.length, scoreSum, maskSum], [0, 0, 0, 0, 0]);
  assert.ok(classes.anchorWeights.every((weight) => weight === 1));
});
