import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { onnx } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { buildStudent, readSpec } from '../../student/index.ts';
import { addLabeledImage, configWith, withDatabase } from '../test-data.ts';
import { buildPlanned, planStudent, recipeOf, type StudentPlan, trainSettingsOf } from './student-plan.ts';

const SIZE = { width: 640, height: 480 };
const square = (side: number) => ({ x1: 0, y1: 0, x2: side, y2: side });

it('strides follow the median object at the size at which the network sees it', () =>
  withDatabase(async (db) => {
    addLabeledImage(db, 1, SIZE, [square(20), square(40), square(400)]);
    const { student, why } = await planStudent(configWith({ student: { inputSize: 320 } }), db);
    assert.deepEqual(student.strides, { levels: [4, 8, 16], prototype: 2 });
    assert.deepEqual(student.classNames, ['cat', 'dog']);
    assert.equal(
      why,
      'size n from random weights, strides 4, 8, 16 with prototypes at stride 2: the median labeled object is 20 px at 320 px input',
    );
  }));

it('larger objects take coarser strides, and a crowd region is no object', () =>
  withDatabase(async (db) => {
    addLabeledImage(db, 1, SIZE, [square(200)]);
    addLabeledImage(db, 2, SIZE, [square(4), square(4), square(4)], true);
    const { student } = await planStudent(configWith({ student: { inputSize: 640 } }), db);
    assert.deepEqual(student.strides, { levels: [8, 16, 32], prototype: 4 });
  }));

it('configured strides are taken as they are, also without any object', () =>
  withDatabase(async (db) => {
    const { student, why } = await planStudent(configWith({ student: { strides: [8, 16] } }), db);
    assert.deepEqual(student.strides, { levels: [8, 16], prototype: 4 });
    assert.equal(why, 'size n from random weights, strides 8, 16 with prototypes at stride 4: as configured');
  }));

it('a file brings its strides and prototypes, and the rows of the classes that it knows', () =>
  withDatabase(async (db, folder) => {
    const shape = {
      classNames: ['Dog', 'bird'],
      inputSize: 64,
      strides: { levels: [4, 8], prototype: 2 },
      prototypes: 5,
      size: 'n',
    } as const;
    writeFileSync(join(folder, 'start.onnx'), onnx.encodeModel(buildStudent(shape, 1)));
    const config = configWith({ student: { init: 'start.onnx', inputSize: 96, prototypes: 7 } }, join(folder, 'c.yaml'));
    const plan = await planStudent(config, db);
    assert.deepEqual(plan.student.strides, shape.strides);
    assert.deepEqual([plan.student.prototypes, plan.student.inputSize], [5, 96]);
    assert.deepEqual(plan.student.classNames, ['cat', 'dog']);
    assert.equal(
      plan.why,
      'warm start from start.onnx, strides 4, 8 with prototypes at stride 2; it keeps the class rows of 1 of 2 classes: dog',
    );
    assert.deepEqual(readSpec(buildPlanned(plan, 3)), plan.student);
  }));

const SOURCE = buildStudent(
  { classNames: ['cat', 'dog'], inputSize: 64, strides: { levels: [4, 8], prototype: 2 }, prototypes: 5, size: 'n' },
  1,
);

it('a file without class names is a start, too', () =>
  withDatabase(async (db, folder) => {
    writeFileSync(join(folder, 'start.onnx'), onnx.encodeModel({ ...SOURCE, metadata: new Map() }));
    const { why } = await planStudent(configWith({ student: { init: 'start.onnx', inputSize: 64 } }, join(folder, 'c.yaml')), db);
    assert.match(why, /^warm start from start\.onnx, .*; it keeps the class rows of 0 of 2 classes$/);
  }));

/** A model whose file names no classes, and what the contract beside it states; what it is planned to become. */
function planOf(db: RunDatabase, folder: string, contract: unknown): Promise<StudentPlan> {
  writeFileSync(join(folder, 'start.onnx'), onnx.encodeModel({ ...SOURCE, metadata: new Map() }));
  writeFileSync(join(folder, 'start.contract.json'), JSON.stringify(contract));
  return planStudent(configWith({ student: { init: 'start.onnx', inputSize: 64 } }, join(folder, 'c.yaml')), db);
}

it('a file that the contract beside it names the classes of keeps the rows that both know', () =>
  withDatabase(async (db, folder) => {
    for (const [names, kept] of [
      [['bird', 'Cat'], ['cat']],
      [{ 1: 'dog' }, ['dog']],
      [['bird', 'owl'], []],
    ]) {
      const plan = await planOf(db, folder, { names });
      assert.deepEqual(plan.kind === 'warm-start' && plan.keptClasses, kept);
    }
    const row = (model: onnx.Model, index: number) =>
      onnx.tensorValues(model.graph.initializers.find(({ name }) => name === 'head.class.out.bias') as onnx.Tensor)[index];
    const plan = await planOf(db, folder, { names: ['bird', 'Cat'] });
    assert.equal(row(buildPlanned(plan, 1), 0), row(SOURCE, 1));
  }));

it("class names that are not the file's are refused, wherever they stand", () =>
  withDatabase(async (db, folder) => {
    const detections = 'output0 [?, 11, 320] less 4 box rows and 5 mask coefficients of output1 [?, 5, 32, 32]';
    await assert.rejects(planOf(db, folder, { names: ['cat', 'dog', 'owl'] }), {
      code: 'MODEL_CLASS_MISMATCH',
      message: `Expected 2 names for the model's metadata key 'names', got 3 (number): ${detections}`,
      hint: 'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
    });
    await assert.rejects(planOf(db, folder, { names: 'cat and dog' }), { code: 'MODEL_BAD_NAMES' });
  }));

it('a model that cannot be a student is told what could be one', () =>
  withDatabase(async (db, folder) => {
    const graph = { ...SOURCE.graph, outputs: SOURCE.graph.outputs.slice(0, 1) };
    writeFileSync(join(folder, 'detector.onnx'), onnx.encodeModel({ ...SOURCE, graph }));
    const config = configWith({ student: { init: 'detector.onnx', inputSize: 64 } }, join(folder, 'c.yaml'));
    await assert.rejects(planStudent(config, db), {
      code: 'MODEL_NO_WARM_START',
      message: 'Expected detections and the prototypes of masks for the outputs, got "output0 [?, 11, 320]" (string)',
      hint: 'start from the -seg model of the same family',
    });
  }));

it('a file that is not there is refused', () =>
  withDatabase(async (db) => {
    await assert.rejects(planStudent(configWith({ student: { init: 'gone.onnx' } }), db), {
      code: 'MODEL_MISSING',
      message: 'Expected a readable ONNX file for the model, got "/nowhere/gone.onnx" (string): ENOENT',
    });
  }));

it('recipeOf draws on the canvas of the student, with the configured ranges', () =>
  withDatabase(async (db) => {
    const config = configWith({ student: { inputSize: 96 }, augment: { jitter: [0.5, 1.5], copyPaste: 0.25, maxDonorObjects: 3 } });
    const recipe = recipeOf(config, (await planStudent(config, db)).student);
    assert.deepEqual(recipe.canvas, { width: 96, height: 96 });
    const half = { from: 0.5, to: 1.5 };
    assert.deepEqual(recipe.jitter, { labeled: half, pseudo: half, donor: { from: 0.1, to: 2 } });
    assert.deepEqual(recipe.copyPaste, { probability: 0.25, maxDonorObjects: 3, donors: 'uniform' });
    assert.equal(recipe.prototypeStride, 2);
  }));

it('the paper preset brings its own rules, and each stream its jitter', () =>
  withDatabase(async (db) => {
    const augment = { preset: 'paper', jitter: 'standard', pseudoJitter: 'large', wholePictureOcclusion: true } as const;
    const config = configWith({ augment: { ...augment, donorJitter: [1, 1], donors: 'balanced', repeatThreshold: 0.001 } });
    const recipe = recipeOf(config, (await planStudent(config, db)).student);
    assert.equal(recipe.pseudoShare, 0.5);
    assert.deepEqual(recipe.occlusion, { kind: 'paper', remainingPx: 300, boxMovePx: 10, wholePicture: true });
    assert.deepEqual([recipe.place, recipe.maxInstances, recipe.minVisiblePx], ['top-left', 100, 1]);
    assert.deepEqual(recipe.jitter, { labeled: { from: 0.8, to: 1.25 }, pseudo: { from: 0.1, to: 2 }, donor: { from: 1, to: 1 } });
    assert.deepEqual([recipe.copyPaste.donors, recipe.repeatThreshold], ['balanced', 0.001]);
  }));

const settingsOf = (train: NonNullable<RunConfigInput['train']>, classNames = ['cat']) =>
  trainSettingsOf(configWith({ train }), { classNames });

it('trainSettingsOf hands on the settings of a training, and nothing of files and threads', () => {
  assert.deepEqual(settingsOf({ steps: 7, unsupWeight: 0.5 }), {
    ...{ steps: 7, batchSize: 4, microBatches: 1, learningRate: 0.002, warmupSteps: 100, weightDecay: 0.001, clipNorm: 10 },
    ...{ emaDecay: 0.995, unsupWeight: 0.5, unsupWarmupSteps: 100, boxWeight: 2, dflWeight: 0.5, maskWeight: 2 },
    optimizer: { kind: 'adamw' },
    schedule: { kind: 'cosine' },
    norm: 'batch',
  });
});

it('the optimizer and the schedule take the numbers that belong to them', () => {
  const { optimizer, schedule } = settingsOf({ optimizer: 'sgd', momentum: 0.8, schedule: 'step' });
  assert.deepEqual(optimizer, { kind: 'sgd', momentum: 0.8 });
  assert.deepEqual(schedule, { kind: 'step', at: [0.9, 0.95, 0.975], factor: 0.1 });
});

it('the peak of the learning rate follows the number of classes, unless one is asked for', () => {
  const coco = Array.from({ length: 80 }, (_, index) => `class ${index}`);
  assert.equal(settingsOf({}, coco).learningRate, 0.01 / 84);
  assert.equal(settingsOf({ optimizer: 'sgd' }, coco).learningRate, 0.01);
  assert.equal(settingsOf({ learningRate: 0.005 }, coco).learningRate, 0.005);
});

it('few pictures at once take the corrected norm, unless one is asked for', () => {
  assert.equal(settingsOf({ batchSize: 3 }).norm, 'renorm');
  assert.equal(settingsOf({ batchSize: 8, microBatches: 4 }).norm, 'renorm');
  assert.equal(settingsOf({ batchSize: 8, microBatches: 2 }).norm, 'batch');
  assert.equal(settingsOf({ batchSize: 1, norm: 'batch' }).norm, 'batch');
});
