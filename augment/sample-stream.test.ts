import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rle } from '../core/index.ts';
import { samplePlanner } from './plan.ts';
import { renderSample } from './render.ts';
import { openSampleStream, type SampleStreamSettings } from './sample-stream.ts';
import { canvas, discImage, discMask, recipe, setOf, temporaryFolder } from './test-scene.ts';
import { writeTrainingSet } from './training-set-file.ts';

const folder = temporaryFolder();
const inFolder = (name: string) => join(folder, name);
const discs = [
  { x: 20, y: 20, radius: 12 },
  { x: 50, y: 50, radius: 8 },
];
const labeled = await Promise.all([0, 1, 2].map((index) => discImage(inFolder(`labeled-${index}.png`), canvas, discs, 150 + index * 20)));
const ignored = [rle.encode(discMask(canvas, { x: 30, y: 40, radius: 15 }))];
const pseudo = await Promise.all(
  [0, 1, 2].map(async (index) => ({ ...(await discImage(inFolder(`pseudo-${index}.png`), canvas, discs.slice(index))), ignored })),
);
const set = setOf(labeled, pseudo);
const trainingSetFile = inFolder('set.json');
await writeTrainingSet(trainingSetFile, set);
const settings: SampleStreamSettings = { trainingSetFile, seed: 3, round: 1, recipe, batchSize: 4, firstStep: 0, workers: 1, lookahead: 3 };

async function take(count: number, changes: Partial<SampleStreamSettings> = {}) {
  const samples = openSampleStream({ ...settings, ...changes });
  try {
    const batches = [];
    for (let step = 0; step < count; step++) batches.push(await samples.next());
    return batches;
  } finally {
    await samples.close();
  }
}

test('batches are those of the plan, in order, for any number of workers and any first step', async () => {
  const batches = await take(6);
  const plan = samplePlanner({ ...settings, set });
  for (const [step, batch] of batches.entries()) {
    const drawn = await Promise.all(batch.samples.map((_, slot) => renderSample(plan(step, slot), set, recipe)));
    assert.deepEqual(
      batch.samples,
      drawn.map(({ sample }) => sample),
    );
    assert.equal(
      batch.dropped.occluded,
      drawn.reduce((sum, { dropped }) => sum + dropped.occluded, 0),
    );
  }
  assert.deepEqual(await take(6, { workers: 3, lookahead: 5 }), batches);
  assert.deepEqual(await take(2, { firstStep: 4, workers: 2, lookahead: 1 }), batches.slice(4));
});

/** Blocks this thread for a while. @returns how long it then waits for the batches that workers can have drawn meanwhile, in ms */
async function waitAfterBlock(blockMs: number): Promise<number> {
  const samples = openSampleStream({ ...settings, workers: 2, lookahead: 4 });
  for (let step = 0; step < 2; step++) await samples.next();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  const before = performance.now();
  for (let step = 2; step < 6; step++) await samples.next();
  const waitedMs = performance.now() - before;
  await samples.close();
  return waitedMs;
}

test('workers go on while the consumer blocks its thread', async () => {
  // Far less than to start drawing only now would take on a busy machine, far more than to receive four batches.
  const mostMs = 200;
  // Workers of a machine that is busy with something else too need longer.
  let waitedMs = Number.POSITIVE_INFINITY;
  for (const blockMs of [600, 1200, 2400]) if (waitedMs >= mostMs) waitedMs = await waitAfterBlock(blockMs);
  assert.ok(waitedMs < mostMs, `waited ${waitedMs} ms for batches that were due`);
});

test('a picture that is gone fails its own batch alone, with its name', async () => {
  const doomed = await discImage(inFolder('doomed.png'), canvas, discs);
  const file = inFolder('doomed.json');
  await writeTrainingSet(file, setOf(labeled, [doomed, ...pseudo]));
  rmSync(doomed.path);
  const samples = openSampleStream({ ...settings, trainingSetFile: file, batchSize: 2 });
  const outcomes = [];
  for (let step = 0; step < 3; step++)
    outcomes.push(
      await samples.next().then(
        () => 'batch',
        (error) => error,
      ),
    );
  await samples.close();
  const failures = outcomes.filter((outcome) => outcome !== 'batch');
  assert.equal(failures.length, 1);
  assert.equal(failures[0].name, 'SelfpasteError');
  assert.equal(failures[0].code, 'DATA_UNREADABLE_PICTURE');
  assert.match(failures[0].message, /doomed\.png/);
});

test('a training set that cannot be read fails every batch', async () => {
  const samples = openSampleStream({ ...settings, trainingSetFile: inFolder('absent.json'), workers: 2 });
  for (let step = 0; step < 2; step++) await assert.rejects(samples.next(), { code: 'DATA_BAD_TRAINING_SET', message: /absent\.json/ });
  await samples.close();
});

test('a closed stream gives nothing more, and may be closed at any time, twice', async () => {
  const samples = openSampleStream({ ...settings, workers: 2, lookahead: 8 });
  const pending = samples.next();
  const [first, second] = [samples.close(), samples.close()];
  await Promise.all([first, second]);
  assert.equal(first, second);
  await pending.catch((error) => assert.match(error.message, /open stream/));
  await assert.rejects(samples.next(), /Expected an open stream for sample stream/);
});

test('a stream needs whole numbers of 1 or more', () => {
  assert.throws(() => openSampleStream({ ...settings, workers: 0 }), /Expected an integer of 1 or more for workers, got 0 \(number\)/);
  assert.throws(() => openSampleStream({ ...settings, lookahead: 1.5 }), /lookahead/);
});
