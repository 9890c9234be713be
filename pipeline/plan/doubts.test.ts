import assert from 'node:assert/strict';
import test from 'node:test';
import type { RunConfigInput } from '../../config/index.ts';
import { addLabeledImage, configWith, withDatabase } from '../test-data.ts';
import { doubtsOfData, doubtsOfTraining } from './doubts.ts';

const SIZE = { width: 20, height: 20 };
const BOX = { x1: 2, y1: 2, x2: 9, y2: 9 };

test('data that a student cannot learn from or be measured by is doubted', () =>
  withDatabase((db) => {
    addLabeledImage(db, 1, SIZE, [BOX]);
    addLabeledImage(db, 2, SIZE, []);
    addLabeledImage(db, 3, SIZE, [BOX], true);
    assert.deepEqual(doubtsOfData(configWith({ rounds: 2 }), db), [
      'no labeled picture shows dog: the student learns nothing of it',
      'no validation picture shows cat, dog: what the student knows of it is not measured',
      '0 validation picture(s): which student is better is hardly more than chance',
      '2 labeled picture(s) have no objects: the student learns that they show background alone',
      'rounds is 2, but data.unlabeled is not given: the run ends after round 0',
    ]);
  }));

test('settings that contradict each other are doubted', () => {
  const doubts = (train: RunConfigInput['train'], policy: RunConfigInput['policy'] = {}) => doubtsOfTraining(configWith({ train, policy }));
  assert.deepEqual(doubts({}), []);
  assert.deepEqual(doubts({ steps: 50, validateSteps: 0, checkpointSteps: 10 }), [
    'train.steps is 50, train.warmupSteps 100: the learning rate never reaches its peak',
    'train.steps is 50, train.unsupWarmupSteps 100: pseudo-labels never reach their whole weight',
  ]);
  const [warmup, ...others] = doubtsOfTraining(configWith({ rounds: 0, train: { steps: 50, validateSteps: 0, checkpointSteps: 10 } }));
  assert.deepEqual([/warmupSteps 100/.test(warmup), others], [true, []], 'nobody asks for pseudo-labels');
  assert.deepEqual(doubts({ steps: 400 }), ['train.validateSteps is 500, more than train.steps: students are measured at the end only']);
  assert.deepEqual(doubts({ checkpointSteps: 2000 }), [
    'train.checkpointSteps is 2000: an interruption costs the whole training of a round',
  ]);
  assert.deepEqual(doubts({ patience: 3 }), [
    'train.patience is 3, but a round measures its student 3 time(s) before its end: no training ends early',
  ]);
  assert.deepEqual(doubts({ patience: 2 }), []);
  assert.deepEqual(doubts({}, { minFlipAgreement: 0.5 }), [
    'policy.minFlipAgreement needs teacher.testTime.flip: without it every mask passes',
  ]);
});
