/** Inputs of the tests of training pictures: a run whose round 1 has done some steps of its training, and the files that it trains on. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { readTrainingSet, writeTrainingSet } from '../augment/index.ts';
import { parseConfig } from '../config/index.ts';
import { type Box, classIndex, type LabelSource, onnx, rle, sha256, type TrainingImage, type TrainingSet } from '../core/index.ts';
import { makeFolders, writePng } from '../dataset/index.ts';
import type { ImageRow, RunDatabase, Subset } from '../db/index.ts';
import { SIZE, T0, testFolder, testRun } from '../db/test-database.ts';
import { runFolder } from '../pipeline/index.ts';
import { buildStudent } from '../student/index.ts';

const DATA = { labeled: { annotations: 't.json', images: 'i' }, validation: { annotations: 'v.json', images: 'i' } };
const STUDENT = { inputSize: 64, strides: { levels: [4, 8], prototype: 2 }, prototypes: 4, size: 'n' } as const;
/** Much is pasted over and much lies off the canvas. */
const CONFIG = {
  name: 'begun',
  seed: 3,
  data: DATA,
  student: { inputSize: 64, strides: [4, 8] },
  train: { steps: 12, batchSize: 3 },
  augment: { minVisibleFraction: 0.6 },
};

export const STEPS_DONE = 5;
export const HOSTILE = '<img src=x onerror="window.hacked=1">.png';

/** A run's folder with its open database, and the pictures of its training set. */
export interface BegunTraining {
  readonly folder: string;
  readonly db: RunDatabase;
  readonly labeled: readonly ImageRow[];
  readonly unlabeled: ImageRow;
}

export async function beginTraining(t: TestContext): Promise<BegunTraining> {
  const folder = testFolder(t);
  const db = testRun(t, join(folder, 'selfpaste.db'));
  const config = parseConfig(JSON.stringify(CONFIG), join(folder, 'selfpaste.yaml'));
  const { name, seed, hash } = config;
  db.runs.create({ name, seed, config, configHash: hash, programVersion: '0', machineVersion: 1, createdAtMs: T0 });
  const labeled = [await addPicture(db, folder, HOSTILE, 'labeled', 90), await addPicture(db, folder, 'b.png', 'labeled', 150)];
  const unlabeled = await addPicture(db, folder, 'c.png', 'unlabeled', 210);
  await writeSet(folder, labeled, unlabeled);
  db.metrics.record(1, STEPS_DONE, { loss: 1.5 });
  return { folder, db, labeled, unlabeled };
}

/** @param shade of its pixels, that tell it from others */
async function addPicture(db: RunDatabase, folder: string, fileName: string, subset: Subset, shade: number): Promise<ImageRow> {
  const path = join(folder, `${shade}.png`);
  await writePng(path, { size: SIZE, data: Uint8Array.from({ length: SIZE.width * SIZE.height * 3 }, (_, at) => shade + (at % 40)) });
  const content = sha256(createHash('sha256').update(readFileSync(path)).digest('hex'));
  const facts = { sha256: content, path, fileName, size: SIZE, orientation: 1, subset, sourceId: null };
  const added = db.images.add(facts);
  if (added.status !== 'added') throw new Error(`${path} is there already`);
  return { ...facts, id: added.id };
}

const BOXES: readonly Box[] = [
  { x1: 2, y1: 2, x2: 22, y2: 20 },
  { x1: 26, y1: 6, x2: 58, y2: 30 },
  { x1: 40, y1: 34, x2: 45, y2: 38 },
];

async function writeSet(folder: string, labeled: readonly ImageRow[], unlabeled: ImageRow): Promise<void> {
  const { trainingSet, initialStudent } = runFolder(folder);
  const set: TrainingSet = {
    classNames: ['cat', '</td><b>dog'],
    labeled: labeled.map((image) => withObjects(image, { by: 'human' as const })),
    pseudo: [
      { ...withObjects(unlabeled, { by: 'teacher', weight: 0.75 }), ignored: [rle.fromBox(SIZE, { x1: 4, y1: 24, x2: 36, y2: 46 })] },
    ],
    donated: [],
  };
  makeFolders(dirname(trainingSet(1)));
  await writeTrainingSet(trainingSet(1), set);
  writeFileSync(initialStudent(1), onnx.encodeModel(buildStudent({ ...STUDENT, classNames: set.classNames }, 1)));
}

function withObjects<Source extends LabelSource>({ path, size }: ImageRow, source: Source): TrainingImage<Source> {
  const instances = BOXES.map((box, at) => ({ classIndex: classIndex(at % 2), mask: rle.fromBox(size, box), source }));
  return { path, size, instances, ignored: [] };
}

/** Writes a set anew that shows other pictures at the same places. */
export async function reverseLabeled(file: string): Promise<void> {
  const set = await readTrainingSet(file);
  await writeTrainingSet(file, { ...set, labeled: set.labeled.toReversed() });
}
