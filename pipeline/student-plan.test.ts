import assert from 'node:assert/strict';
import { it } from 'node:test';
import { planStudent, recipeOf, trainSettingsOf } from './student-plan.ts';
import { addLabeledImage, configWith, withDatabase } from './test-data.ts';

const SIZE = { width: 640, height: 480 };
const square = (side: number) => ({ x1: 0, y1: 0, x2: side, y2: side });

it('strides follow the median object at the size at which the network sees it', () =>
  withDatabase((db) => {
    addLabeledImage(db, 1, SIZE, [square(20), square(40), square(400)]);
    const { spec, why } = planStudent(configWith({ student: { inputSize: 320 } }), db);
    assert.deepEqual(spec.strides, { levels: [4, 8, 16], prototype: 2 });
    assert.deepEqual(spec.classNames, ['cat', 'dog']);
    assert.equal(why, 'strides 4, 8, 16 with prototypes at stride 2: the median labeled object is 20 px at 320 px input');
  }));

it('larger objects take coarser strides, and a crowd region is no object', () =>
  withDatabase((db) => {
    addLabeledImage(db, 1, SIZE, [square(200)]);
    addLabeledImage(db, 2, SIZE, [square(4), square(4), square(4)], true);
    assert.deepEqual(planStudent(configWith({ student: { inputSize: 640 } }), db).spec.strides, { levels: [8, 16, 32], prototype: 4 });
  }));

it('configured strides are taken as they are, also without any object', () =>
  withDatabase((db) => {
    const { spec, why } = planStudent(configWith({ student: { strides: [8, 16] } }), db);
    assert.deepEqual(spec.strides, { levels: [8, 16], prototype: 4 });
    assert.equal(why, 'strides 8, 16 with prototypes at stride 4, as configured');
  }));

it('recipeOf draws on the canvas of the student, with the configured ranges', () =>
  withDatabase((db) => {
    const config = configWith({ student: { inputSize: 96 }, augment: { jitter: [0.5, 1.5], copyPaste: 0.25, maxDonorObjects: 3 } });
    const recipe = recipeOf(config, planStudent(config, db).spec);
    assert.deepEqual(recipe.canvas, { width: 96, height: 96 });
    const half = { from: 0.5, to: 1.5 };
    assert.deepEqual(recipe.jitter, { labeled: half, pseudo: half, donor: { from: 0.1, to: 2 } });
    assert.deepEqual(recipe.copyPaste, { probability: 0.25, maxDonorObjects: 3, donors: 'uniform' });
    assert.equal(recipe.prototypeStride, 2);
  }));

it('the paper preset brings its own rules, and each stream its jitter', () =>
  withDatabase((db) => {
    const augment = { preset: 'paper', jitter: 'standard', pseudoJitter: 'large', wholePictureOcclusion: true } as const;
    const config = configWith({ augment: { ...augment, donorJitter: [1, 1], donors: 'balanced', repeatThreshold: 0.001 } });
    const recipe = recipeOf(config, planStudent(config, db).spec);
    assert.deepEqual(recipe.occlusion, { kind: 'paper', remainingPx: 300, boxMovePx: 10, wholePicture: true });
    assert.deepEqual([recipe.place, recipe.maxInstances, recipe.minVisiblePx], ['top-left', 100, 1]);
    assert.deepEqual(recipe.jitter, { labeled: { from: 0.8, to: 1.25 }, pseudo: { from: 0.1, to: 2 }, donor: { from: 1, to: 1 } });
    assert.deepEqual([recipe.copyPaste.donors, recipe.repeatThreshold], ['balanced', 0.001]);
  }));

it('trainSettingsOf hands on the settings of a training, and nothing of files and threads', () => {
  const { train } = configWith({ train: { steps: 7, unsupWeight: 0.5 } });
  const { backend: _backend, threads: _threads, workers: _workers, checkpointSteps: _steps, ...settings } = train;
  assert.deepEqual(trainSettingsOf(configWith({ train: { steps: 7, unsupWeight: 0.5 } })), settings);
});
