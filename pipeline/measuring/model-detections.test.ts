import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { classIndex, modelId, noOverlaps, rle, sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import { DEFAULT_LABELING } from '../processes/labeler-settings.ts';
import { runFolder } from '../run-folder.ts';
import { CAT, configWith, DOG, withDatabase } from '../test-data.ts';
import { labelingModel, toPredictions } from './model-detections.ts';

const box = { x1: 1, y1: 1, x2: 3, y2: 3 };
const detection = (index: number, score: number) => ({
  classIndex: classIndex(index),
  score,
  box,
  mask: rle.fromBox({ width: 8, height: 8 }, box),
});

it("toPredictions speaks of the data set's categories and leaves other classes out", () => {
  const detections = [detection(0, 0.9), detection(1, 0.8), detection(0, 0.7)];
  const { predictions } = toPredictions({ detections, overlaps: noOverlaps }, new Map([[classIndex(0), DOG]]));
  assert.deepEqual(
    predictions.map(({ category, score }) => [category, score]),
    [
      [DOG, 0.9],
      [DOG, 0.7],
    ],
  );
});

it('toPredictions keeps the quality of masks, and the overlaps of those that are left by their new places', () => {
  const quality = { probability: 0.75, stability: 0.5, flipAgreement: null };
  const detections = [detection(1, 0.9), detection(0, 0.8), { ...detection(0, 0.7), quality }, detection(1, 0.6), detection(0, 0.5)];
  const overlaps = { first: Uint32Array.of(0, 1, 1, 2), second: Uint32Array.of(1, 2, 3, 4), iou: Float32Array.of(0.9, 0.5, 0.25, 0.125) };
  const found = toPredictions({ detections, overlaps }, new Map([[classIndex(0), CAT]]));
  assert.deepEqual(
    found.predictions.map((prediction) => prediction.quality),
    [undefined, quality, undefined],
  );
  assert.deepEqual(found.overlaps, { first: Uint32Array.of(0, 1), second: Uint32Array.of(1, 2), iou: Float32Array.of(0.5, 0.125) });
});

function addModel(db: RunDatabase, path: string, role: 'given' | 'student') {
  return db.models.add({ round: 0, role, path, sha256: sha256('a'.repeat(64)), contract: {}, createdAtMs: 1 });
}

it('labelingModel maps the classes of a given teacher as configured', () =>
  withDatabase(async (db, folder) => {
    const names = { names: "{0: 'katze', 1: 'dog'}" };
    const path = writeTinyModel(join(folder, 'teacher.onnx'), { ...catAndDog, metadata: names });
    const config = configWith({ teacher: { floor: 0.2, threads: 1, classes: { katze: 'cat' } } });
    const { classes, settings, row, file } = await labelingModel({ db, config, folder: runFolder(folder) }, addModel(db, path, 'given'));
    assert.deepEqual(
      [...classes.map],
      [
        [0, CAT],
        [1, DOG],
      ],
    );
    assert.deepEqual(settings, { ...DEFAULT_LABELING, floor: 0.2, nmsIou: 0.7, maxDetections: 300, threads: 1 });
    assert.deepEqual([row.path, file], [path, path]);
  }));

it('labelingModel refuses a model whose classes are all unknown', () =>
  withDatabase(async (db, folder) => {
    const path = writeTinyModel(join(folder, 'teacher.onnx'), { ...catAndDog, metadata: { names: "{0: 'car', 1: 'bus'}" } });
    await assert.rejects(labelingModel({ db, config: configWith({}), folder: runFolder(folder) }, addModel(db, path, 'given')), {
      code: 'MODEL_CLASS_MISMATCH',
    });
  }));

it('labelingModel refuses a model that the run does not have', () =>
  withDatabase((db) =>
    assert.rejects(labelingModel({ db, config: configWith({}), folder: runFolder('/') }, modelId(9)), {
      code: 'DATA_NO_MODEL',
      message: 'Expected a model of this run for model, got 9 (number)',
    }),
  ));
