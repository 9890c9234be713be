import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeTrainingSet } from '../../augment/index.ts';
import { onnx } from '../../core/index.ts';
import { buildStudent, type FreshStudent } from '../../student/index.ts';
import { withFolder } from '../../test/small-run.ts';
import { configWith } from '../test-data.ts';
import { recipeOf, trainSettingsOf } from '../training/student-plan.ts';
import { startChild } from './child.ts';
import type { TrainerReply, TrainerRequest, TrainRequest } from './messages.ts';

const STUDENT: FreshStudent = {
  classNames: ['cat'],
  inputSize: 64,
  strides: { levels: [8, 16], prototype: 4 },
  prototypes: 4,
  size: 'n',
};

/** A training without pictures: enough for what begins before the first step. */
async function requestIn(folder: string): Promise<TrainRequest> {
  const config = configWith({ student: { inputSize: 64 }, train: { steps: 5, batchSize: 1, threads: 1 } });
  const [trainingSetFile, initialModel] = [join(folder, 'set.json'), join(folder, 'initial.onnx')];
  await writeTrainingSet(trainingSetFile, { classNames: STUDENT.classNames, labeled: [], pseudo: [], donated: [] });
  writeFileSync(initialModel, onnx.encodeModel(buildStudent(STUDENT, 1)));
  const { backend, threads, deterministic, workers, checkpointSteps, validateSteps } = config.train;
  return {
    kind: 'train',
    ...{ backend, threads, deterministic, workers, checkpointSteps, validateSteps, seed: 1, round: 0 },
    ...{ trainingSetFile, initialModel, interimFile: join(folder, 'interim.onnx'), checkpointFolder: folder, resumeFrom: null },
    settings: trainSettingsOf(config, STUDENT),
    recipe: recipeOf(config, STUDENT),
  };
}

/** Starts a trainer whose threads that draw pictures end before they draw any. */
function startDoomed(folder: string) {
  const module = join(folder, 'doom.mjs');
  writeFileSync(module, "import { isMainThread } from 'node:worker_threads';\nif (!isMainThread) process.exit(7);\n");
  process.env.NODE_OPTIONS = `--import=${pathToFileURL(module)}`;
  try {
    return startChild<TrainerRequest, TrainerReply>('trainer');
  } finally {
    delete process.env.NODE_OPTIONS;
  }
}

test('a thread that draws pictures and dies ends the training with an error that says so', () =>
  withFolder(async (folder) => {
    const trainer = startDoomed(folder);
    try {
      trainer.send(await requestIn(folder));
      assert.equal((await trainer.receive(60_000)).kind, 'backend');
      const reply = await trainer.receive(60_000);
      assert.ok(reply.kind === 'failed');
      const { code, message, hint } = reply.error;
      assert.deepEqual(
        { code, message, hint },
        {
          code: 'ENVIRONMENT_SAMPLE_WORKER_DIED',
          message: 'A thread that draws training pictures ended: exit code 7',
          hint: 'check the free memory, then resume the run',
        },
      );
    } finally {
      await trainer.kill();
    }
  }));
