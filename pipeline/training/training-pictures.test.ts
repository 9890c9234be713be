import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { writeTrainingSet } from '../../augment/index.ts';
import { boxArea, onnx, rle } from '../../core/index.ts';
import { makeFolders, writePng } from '../../dataset/index.ts';
import { type RunDatabase, trainingSet } from '../../db/index.ts';
import { buildStudent, SPEC_KEY } from '../../student/index.ts';
import { hashFile } from '../hash-file.ts';
import { runFolder } from '../run-folder.ts';
import { CAT, configWith, withDatabase } from '../test-data.ts';
import { trainingPicturesOfRun } from './training-pictures.ts';

const SIZE = { width: 64, height: 64 };
const STUDENT = { inputSize: 64, strides: { levels: [4, 8], prototype: 2 }, prototypes: 4, size: 'n' } as const;

/** A run of one labeled picture, whose round 0 has begun to train. */
async function beginTraining(db: RunDatabase, path: string): Promise<void> {
  const config = configWith({ student: { inputSize: 64, strides: [4, 8] }, train: { steps: 2, batchSize: 2 } });
  const { name, seed, hash } = config;
  db.runs.create({ name, seed, config, configHash: hash, programVersion: '0', machineVersion: 1, createdAtMs: 1 });
  db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
  await addPicture(db, join(path, 'cat.png'));
  const { trainingSet: setOf, initialStudent } = runFolder(path);
  makeFolders(dirname(setOf(0)));
  await writeTrainingSet(setOf(0), trainingSet(db, 0));
  writeFileSync(initialStudent(0), onnx.encodeModel(buildStudent({ ...STUDENT, classNames: ['cat', 'dog'] }, 1)));
}

async function addPicture(db: RunDatabase, path: string): Promise<void> {
  await writePng(path, { size: SIZE, data: Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, (_, at) => at % 251) });
  const facts = { path, fileName: 'cat.png', size: SIZE, orientation: 1, subset: 'labeled', sourceId: null } as const;
  const added = db.images.add({ ...facts, sha256: await hashFile(path) });
  if (added.status !== 'added') throw new Error(`${path} is there already`);
  const box = { x1: 8, y1: 8, x2: 40, y2: 40 };
  const truth = { category: CAT, box, mask: rle.fromBox(SIZE, box), crowd: false, areaPx2: boxArea(box), sourceId: null };
  db.groundTruths.add({ id: added.id, size: SIZE }, [truth]);
}

/** Makes the round's files those of a version that knew neither ignored regions nor where a student's head is. */
function makeOlder(path: string): void {
  const { trainingSet: setOf, initialStudent } = runFolder(path);
  const set = JSON.parse(readFileSync(setOf(0), 'utf8')) as { labeled: object[] };
  const labeled = set.labeled.map((image) => ({ ...image, ignored: undefined }));
  writeFileSync(setOf(0), JSON.stringify({ ...set, version: 1, labeled }));
  const model = onnx.decodeModel(readFileSync(initialStudent(0)));
  const metadata = new Map([[SPEC_KEY, JSON.stringify({ ...STUDENT, classNames: ['cat', 'dog'] })]]);
  writeFileSync(initialStudent(0), onnx.encodeModel({ ...model, metadata }));
}

it('a picture of a run is the same each time, also from the files of earlier versions', () =>
  withDatabase(async (db, path) => {
    await beginTraining(db, path);
    const drawn = await (await trainingPicturesOfRun(db, path, null)).at(1, 1);
    assert.deepEqual(drawn.files, { main: join(path, 'cat.png'), donor: drawn.plan.donor && join(path, 'cat.png') });
    makeOlder(path);
    assert.deepEqual(await (await trainingPicturesOfRun(db, path, 0)).at(1, 1), drawn);
  }));
