import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Box, classIndex, type LabelSource, type Sample, type SampleInstance } from '../core/index.ts';
import { anchorsOf } from './anchors.ts';
import type { ImagePrediction } from './assigner.ts';
import { layOutTargets, type TargetGrid } from './targets.ts';

const SUM_TOLERANCE = 1e-5;

/** Cells of objects larger than the cap are sampled; a lattice's rounding may take a fifth more. */
const CELL_CAP = 1.2 * 256;

const gridOf = (inputSize: number, prototypeCells = inputSize / 2): TargetGrid => ({
  anchors: anchorsOf({ classNames: ['a', 'b'], inputSize, strides: { levels: [4, 8, 16], prototype: 2 }, prototypes: 4, size: 'n' }),
  classCount: 2,
  prototypeCells,
});

/** An object that fills its box; the box is in cells of the prototypes, 2 px each. */
function instance(grid: Box, source: LabelSource = { by: 'human' }, index = 0): SampleInstance {
  const box = { x1: 2 * grid.x1, y1: 2 * grid.y1, x2: 2 * grid.x2, y2: 2 * grid.y2 };
  return {
    classIndex: classIndex(index),
    box,
    source,
    grid,
    coverage: new Uint8Array((grid.x2 - grid.x1) * (grid.y2 - grid.y1)).fill(255),
  };
}

const sample = (...instances: readonly SampleInstance[]): Sample => ({
  image: { size: { width: 0, height: 0 }, data: new Uint8Array() },
  instances,
  stream: 'labeled',
});

/** Every anchor predicts the box given. */
const predicting = ({ anchors, classCount }: TargetGrid, { x1, y1, x2, y2 }: Box): ImagePrediction => ({
  classLogits: new Float32Array(anchors.count * classCount),
  classCount,
  boxes: Float32Array.from({ length: anchors.count * 4 }, (_, at) => [x1, y1, x2, y2][at % 4]!),
});

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < SUM_TOLERANCE, `${actual} is not ${expected}`);

const once = { step: 0, unsupWeight: 1 };

test('a batch of two pictures: rows, boxes and cells of the second lie behind those of the first', () => {
  const grid = gridOf(32);
  const [first, second] = [instance({ x1: 0, y1: 0, x2: 4, y2: 4 }), instance({ x1: 8, y1: 4, x2: 16, y2: 16 }, { by: 'human' }, 1)];
  const targets = layOutTargets(grid, [sample(first), sample(second)], [predicting(grid, first.box), predicting(grid, second.box)], once);
  const count = targets.positiveRows.length;
  assert.deepEqual([targets.boxes.length, targets.anchors.length, targets.boxWeights.length], [4 * count, 3 * count, count]);
  for (let row = 0; row < count; row++) {
    const at = targets.positiveRows[row]!;
    const [image, anchor] = [Math.floor(at / grid.anchors.count), at % grid.anchors.count];
    const { box, classIndex } = image === 0 ? first : second;
    assert.deepEqual([...targets.boxes.subarray(4 * row, 4 * row + 4)], [box.x1, box.y1, box.x2, box.y2]);
    assert.deepEqual(
      [...targets.anchors.subarray(3 * row, 3 * row + 3)],
      [grid.anchors.x[anchor], grid.anchors.y[anchor], grid.anchors.stride[anchor]],
    );
    // Every anchor predicts the box exactly, so every positive is worth 1.
    assert.equal(targets.classes[at * 2 + classIndex], 1);
    assert.equal(targets.classes[at * 2 + 1 - classIndex], 0);
  }
  assert.equal(targets.normalizer, count);
  near(sum(targets.classes), count);
  const images = new Set([...targets.cellRows].map((row) => Math.floor(row / 16 ** 2)));
  assert.deepEqual([...images], [0, 1]);
});

test('a mask is 1 in the object, 0 in a margin of one cell around it, and cut at the picture', () => {
  const grid = gridOf(32);
  const object = instance({ x1: 0, y1: 2, x2: 2, y2: 4 });
  const targets = layOutTargets(grid, [sample(object)], [predicting(grid, object.box)], once);
  const cells = [...targets.cellRows].filter((_, at) => targets.cellPositives[at] === 0);
  assert.deepEqual(cells, [16, 17, 18, 32, 33, 34, 48, 49, 50, 64, 65, 66]);
  assert.deepEqual([...targets.cellTargets.subarray(0, 12)], [0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0]);
});

test('mask weights sum to 1, and a small object weighs what a large one does', () => {
  const grid = gridOf(64);
  const [small, large] = [instance({ x1: 0, y1: 0, x2: 2, y2: 2 }), instance({ x1: 6, y1: 6, x2: 32, y2: 32 })];
  const targets = layOutTargets(grid, [sample(small, large)], [predicting(grid, large.box)], { ...once, step: 3 });
  near(sum(targets.cellWeights), 1);
  const ofRow = new Map<number, number>();
  targets.cellPositives.forEach((row, at) => {
    ofRow.set(row, (ofRow.get(row) ?? 0) + targets.cellWeights[at]!);
  });
  for (const weight of ofRow.values()) near(weight, 1 / ofRow.size);
});

test("a teacher's label weighs less in class, box and mask, in proportion", () => {
  const grid = gridOf(32);
  const human = instance({ x1: 0, y1: 0, x2: 4, y2: 4 });
  const pseudo = instance({ x1: 8, y1: 8, x2: 12, y2: 12 }, { by: 'teacher', weight: 0.25 });
  const targets = layOutTargets(grid, [sample(human), sample(pseudo)], [predicting(grid, human.box), predicting(grid, pseudo.box)], once);
  const isHuman = [...targets.positiveRows].map((row) => row < grid.anchors.count);
  assert.deepEqual(
    [...targets.boxWeights],
    isHuman.map((human) => (human ? 1 : 0.25)),
  );
  targets.positiveRows.forEach((row, at) => {
    assert.equal(targets.anchorWeights[row], isHuman[at] ? 1 : 0.25);
  });
  assert.equal(targets.anchorWeights.filter((weight) => weight !== 1).length, isHuman.filter((human) => !human).length);
  const share = sum(targets.cellWeights.filter((_, at) => isHuman[targets.cellPositives[at]!]));
  near(share, 0.8);
});

test('an empty picture has no positives and no cells; the normalizer stays 1', () => {
  const grid = gridOf(32);
  const targets = layOutTargets(grid, [sample()], [predicting(grid, { x1: 0, y1: 0, x2: 1, y2: 1 })], once);
  assert.deepEqual([targets.positiveRows.length, targets.cellRows.length, targets.normalizer, sum(targets.classes)], [0, 0, 1, 0]);
});

const shapes: readonly { name: string; side: number; box: Box }[] = [
  { name: 'a large square', side: 160, box: { x1: 10, y1: 10, x2: 110, y2: 110 } },
  { name: 'just beyond the cap', side: 64, box: { x1: 4, y1: 4, x2: 33, y2: 35 } },
  { name: 'thinner than its lattice', side: 2048, box: { x1: 0, y1: 8, x2: 1, y2: 1200 } },
];
for (const { name, side, box } of shapes) {
  test(`the cells of an object are capped, and over the steps all have their turn: ${name}`, () => {
    const grid = gridOf(32, side);
    const object = instance(box);
    // One anchor's lattice: the other positives' are shifted by their anchors.
    const seen = new Set<number>();
    for (let step = 0; step < 64; step++) {
      const { cellRows, cellPositives, cellWeights } = layOutTargets(grid, [sample(object)], [predicting(grid, object.box)], {
        ...once,
        step,
      });
      const cells = cellRows.filter((_, at) => cellPositives[at] === 0);
      assert.ok(cells.length > 0 && cells.length <= CELL_CAP, `${cells.length} cells`);
      near(sum(cellWeights), 1);
      for (const cell of cells) seen.add(cell);
    }
    const [width, height] = [box.x2 + 1 - Math.max(0, box.x1 - 1), box.y2 + 1 - (box.y1 - 1)];
    assert.equal(seen.size, width * height);
  });
}

test('unsupWeight scales what a teacher said and the background of its pictures, not the human objects pasted there', () => {
  const grid = gridOf(32);
  const human = instance({ x1: 0, y1: 0, x2: 4, y2: 4 });
  const pseudo = instance({ x1: 16, y1: 16, x2: 20, y2: 20 }, { by: 'teacher', weight: 0.5 });
  const mixed = { ...sample(human, pseudo), stream: 'pseudo' } as const;
  const targets = layOutTargets(grid, [mixed], [predicting(grid, human.box)], { ...once, unsupWeight: 0.5 });
  const positives = new Map([...targets.positiveRows].map((row, at) => [row, targets.boxes[4 * at] === 0 ? 1 : 0.25]));
  targets.anchorWeights.forEach((weight, row) => {
    assert.equal(weight, positives.get(row) ?? 0.5);
  });
  assert.deepEqual(new Set(positives.values()), new Set([1, 0.25]));
});
