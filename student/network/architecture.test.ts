import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onnx } from '../../core/index.ts';
import { parameterLayout } from '../graph/parameters.ts';
import { anchorsOf } from '../learning/anchors.ts';
import { anchorCount, chooseStrides, type FreshStudent, readSpec, SPEC_KEY, type StudentSize } from '../spec.ts';
import { anchorGrid } from './anchor-grid.ts';
import { buildStudent } from './architecture.ts';

const plan: FreshStudent = { classNames: ['cell'], inputSize: 64, strides: { levels: [4, 8, 16], prototype: 2 }, prototypes: 8, size: 'n' };

test('objects under 32 px get strides from 4, larger ones from 8', () => {
  assert.deepEqual(chooseStrides(31.9), { levels: [4, 8, 16], prototype: 2 });
  assert.deepEqual(chooseStrides(32), { levels: [8, 16, 32], prototype: 4 });
});

test('an input size that the coarsest stride does not divide is told the nearest one that it does', () => {
  assert.throws(() => buildStudent({ ...plan, inputSize: 100 }, 1), {
    code: 'CONFIG_INPUT_SIZE',
    message: 'Expected a positive multiple of 16 for student.inputSize, got 100 (number)',
    hint: 'set student.inputSize to 96',
  });
  for (const inputSize of [0, -16, 8])
    assert.throws(() => buildStudent({ ...plan, inputSize }, 1), { hint: 'set student.inputSize to 16' });
});

test('a student without classes is refused', () => {
  assert.throws(() => buildStudent({ ...plan, classNames: [] }, 1), {
    code: 'DATA_NO_CATEGORIES',
    message: 'Expected at least one class for the student, got none',
    hint: 'add categories to the labeled set',
  });
});

test('metadata: the keys of Ultralytics, class names as Python writes them, and the spec', () => {
  const classNames = ["driver's \\ seat", 'two\nlines', '"quoted"', '猫'];
  const { metadata } = onnx.decodeModel(onnx.encodeModel(buildStudent({ ...plan, classNames }, 1)));
  assert.equal(metadata.get('names'), `{0: 'driver\\'s \\\\ seat', 1: 'two\\nlines', 2: '"quoted"', 3: '猫'}`);
  assert.deepEqual(
    ['task', 'imgsz', 'stride', 'batch', 'channels', 'args'].map((key) => metadata.get(key)),
    ['segment', '[64, 64]', '16', '1', '3', "{'batch': 1, 'half': False, 'dynamic': False, 'nms': False}"],
  );
});

test('the spec comes back from the file; other models are named as such', () => {
  const wanted = { ...plan, classNames: ["a'b", 'c\nd'] };
  const model = onnx.decodeModel(onnx.encodeModel(buildStudent(wanted, 1)));
  const { head, origin, bins, ...rest } = readSpec(model);
  const { size, ...asked } = wanted;
  assert.deepEqual({ rest, origin, bins }, { rest: asked, origin: { kind: 'fresh', size }, bins: 16 });
  const made = new Set(model.graph.nodes.flatMap(({ outputs }) => outputs));
  assert.equal(head.levels.length, 3);
  for (const value of [head.prototypes, ...head.levels.flatMap((level) => Object.values(level))]) assert.ok(made.has(value), value);
  const named = (metadata: ReadonlyMap<string, string>) => () => readSpec({ ...model, metadata });
  assert.throws(named(new Map([['task', 'detect']])), {
    code: 'MODEL_NOT_STUDENT',
    message: 'Expected a student of selfpaste (metadata "selfpaste.student") for model, got ["task"] (array)',
    hint: 'start from a student that selfpaste trained, or leave student.init at "random"',
  });
  assert.throws(named(new Map([[SPEC_KEY, '{half']])), { code: 'MODEL_NOT_STUDENT' });
});

test('anchors lie finest level first, row by row, at cell centers', () => {
  const { centers, strides } = anchorGrid({ ...plan, inputSize: 16 });
  assert.deepEqual([...strides], [...new Array(16).fill(4), ...new Array(4).fill(8), 16]);
  assert.deepEqual([...centers.subarray(0, 5)], [2, 6, 10, 14, 2]);
  assert.deepEqual([...centers.subarray(21, 26)], [2, 2, 2, 2, 6]);
  assert.deepEqual([centers[20], centers[41]], [8, 8]);

  const anchors = anchorsOf({ ...plan, inputSize: 16 });
  assert.deepEqual(anchors.levels, [
    { stride: 4, cells: 4, first: 0 },
    { stride: 8, cells: 2, first: 16 },
    { stride: 16, cells: 1, first: 20 },
  ]);
  assert.deepEqual([anchors.count, anchors.x[17], anchors.y[17]], [21, 12, 4]);
});

/** Trainable numbers of a student with 80 classes, 32 prototypes and strides from 8. A change here is a change of architecture. */
const PARAMETERS: Readonly<Record<StudentSize, number>> = { n: 1_562_208, s: 3_060_672, m: 10_697_200 };

for (const size of ['n', 's', 'm'] as const) {
  test(`a student of size ${size} has ${PARAMETERS[size]} parameters and outputs of the contract's shapes`, () => {
    const wanted: FreshStudent = {
      ...plan,
      size,
      inputSize: 128,
      prototypes: 32,
      strides: { levels: [8, 16, 32], prototype: 4 },
      classNames: Array.from({ length: 80 }, (_, index) => `class ${index}`),
    };
    const model = buildStudent(wanted, 1);
    const { trainable } = parameterLayout(model);
    assert.equal(
      trainable.reduce((sum, { length }) => sum + length, 0),
      PARAMETERS[size],
    );
    assert.equal(anchorCount(wanted), 16 ** 2 + 8 ** 2 + 4 ** 2);
    assert.deepEqual(
      model.graph.outputs.map(({ shape }) => shape),
      [
        [null, 116, 336],
        [null, 32, 32, 32],
      ],
    );
  });
}
