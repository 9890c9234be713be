import assert from 'node:assert/strict';
import test from 'node:test';
import { type DiskFacts, estimateDisk } from './disk-estimate.ts';
import { shortagesOf } from './shortages.ts';

/** As the demo has it: 15 predictions a picture, 180 bytes a label. */
const DEMO: DiskFacts = {
  databaseBytes: 500_000,
  pictures: { labeled: 80, validation: 80, unlabeled: 320 },
  rounds: { trained: 2, labeled: 1 },
  predictionsPerPicture: 15,
  modelBytes: 6_274_902,
  givenBytes: 0,
  checkpointBytes: 24_931_668,
  trainingSetBytes: 66_697,
  labels: 381,
  validates: false,
};

test('the demo needs what its database was seen to take, and its files at their most, within a tenth', () => {
  const { databaseBytes, modelBytes, checkpointBytes, otherBytes } = estimateDisk(DEMO);
  // At their most: two that rounds began with, two that they handed on, the last one and the best; two checkpoints and the next.
  const seen = { database: 2_859_008 + 32_976_512, models: 6 * 6_274_902, checkpoints: 3 * 24_931_668 };
  const assertNear = (estimated: number, real: number) => assert.ok(Math.abs(estimated / real - 1) < 0.1, `${estimated} for ${real}`);
  assertNear(databaseBytes, seen.database);
  assertNear(modelBytes, seen.models);
  assertNear(checkpointBytes, seen.checkpoints);
  assert.ok(otherBytes > 66_697 + 272_564 && otherBytes < 3 * (66_697 + 272_564));
});

test('more rounds need room for predictions and models, not for checkpoints; without a training there are neither', () => {
  const more = estimateDisk({ ...DEMO, rounds: { trained: 3, labeled: 2 } });
  const base = estimateDisk(DEMO);
  assert.equal(more.checkpointBytes, base.checkpointBytes);
  assert.equal(more.modelBytes - base.modelBytes, 2 * DEMO.modelBytes);
  assert.ok(more.databaseBytes - base.databaseBytes > 320 * 15 * 500);
  const { modelBytes, checkpointBytes, neededBytes } = estimateDisk({ ...DEMO, rounds: { trained: 0, labeled: 0 } });
  assert.deepEqual([modelBytes, checkpointBytes], [0, 0]);
  // best.onnx is a copy of a given teacher.
  assert.equal(estimateDisk({ ...DEMO, givenBytes: 250e6, rounds: { trained: 0, labeled: 0 } }).modelBytes, 250e6);
  assert.ok(neededBytes < 40e6);
});

test('students that are measured while they are trained leave more files meanwhile', () => {
  const difference = estimateDisk({ ...DEMO, validates: true }).neededBytes - estimateDisk(DEMO).neededBytes;
  assert.equal(difference, DEMO.checkpointBytes + 2 * DEMO.modelBytes);
});

test('what the machine has too little of is said, with the numbers', () => {
  const disk = { budgetMb: 100, minFreeMb: 500 };
  const plenty = { neededBytes: 1e6, availableBytes: 1e9 };
  assert.deepEqual(shortagesOf({ disk }, { neededBytes: 50e6, freeBytes: 600e6 }, plenty), []);
  assert.deepEqual(shortagesOf({ disk: { ...disk, budgetMb: null } }, { neededBytes: 150e6, freeBytes: 651e6 }, null), []);
  assert.deepEqual(shortagesOf({ disk }, { neededBytes: 150e6, freeBytes: 600e6 }, { neededBytes: 3e9, availableBytes: 2e9 }), [
    'the run needs about 150 MB of disk, of 600 MB that are free; a stage does not begin with less than disk.minFreeMb = 500 free',
    'the run needs about 150 MB of disk, more than disk.budgetMb = 100: it removes what it can and stops where that is not enough',
    'the run needs about 3000 MB of memory, of 2000 MB that are available: take a smaller train.batchSize, more train.microBatches, or fewer teacher.processes',
  ]);
});
