/** Runs made by hand: pictures on the disk, and what teachers said of them in rounds that were selected, so that a view can be held against what is known. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Box, categoryId, classIndex, sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import { type ImageRow, openDatabase, type RunDatabase } from '../../db/index.ts';
import { addModel, label, prediction, SIZE, T0 } from '../../db/test-database.ts';
import { selectRound } from '../../pipeline/labels/test-rounds.ts';
import { testReport } from '../../web/test-report.ts';

/** What a teacher says of an object; the category is the place of its name among those of the run, from 1 on. */
export type Said = readonly [score: number, category: number, box: Box];

export interface MadePicture {
  readonly fileName: string;
  /** What is said of it in round 1, in round 2, ... */
  readonly rounds: readonly (readonly Said[])[];
}

export interface MadeRun {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly pictures: readonly MadePicture[];
}

/** Makes the run's database and pictures in a folder. @returns the database, open; rounds are selected by the policy that a run has by itself */
export async function makeRun(folder: string, { name, classNames, pictures }: MadeRun): Promise<RunDatabase> {
  const db = openDatabase(join(folder, 'selfpaste.db'), { mode: 'create' });
  const { seed, config, configHash, programVersion, machineVersion, createdAtMs } = testReport('a').run ?? assert.fail();
  db.runs.create({ name, seed, config, configHash, programVersion, machineVersion, createdAtMs });
  db.categories.add(classNames.map((each, at) => ({ id: categoryId(at + 1), name: each, classIndex: classIndex(at) })));
  const images: ImageRow[] = [];
  for (const [at, { fileName }] of pictures.entries()) images.push(await addPicture(db, folder, fileName, at));
  const rounds = Math.max(...pictures.map((picture) => picture.rounds.length));
  for (let round = 1; round <= rounds; round++) {
    db.rounds.start(round, { stage: 'label', teacher: addModel(db, round), startedAtMs: T0 });
    db.transaction(() => {
      for (const [at, image] of images.entries()) label(db, image, (pictures[at]?.rounds[round - 1] ?? []).map(predicted), round);
      selectRound(db, round);
    });
  }
  return db;
}

const predicted = ([score, category, box]: Said) => prediction(score, categoryId(category), box);

/** Each another grey, so that no two are the same file. */
async function addPicture(db: RunDatabase, folder: string, fileName: string, at: number): Promise<ImageRow> {
  const path = join(folder, `${at}.png`);
  const data = new Uint8Array(SIZE.width * SIZE.height * 3).fill(60 + (at % 128));
  data[at % data.length] = 255;
  await writePng(path, { size: SIZE, data });
  const hash = sha256(createHash('sha256').update(readFileSync(path)).digest('hex'));
  const facts = { sha256: hash, path, fileName, size: SIZE, orientation: 1, subset: 'unlabeled', sourceId: null } as const;
  const added = db.images.add(facts);
  assert.ok(added.status === 'added');
  return { ...facts, id: added.id };
}
