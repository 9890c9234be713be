/** What becomes, from the database to the student's samples, of what is neither object nor background. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { copyPasteRecipe, openSampleStream, writeTrainingSet } from '../../augment/index.ts';
import { type Box, boxArea, type ModelId, maskOverlaps, type Prediction, rle, type Sample, sha256 } from '../../core/index.ts';
import { writePng } from '../../dataset/index.ts';
import { type RunDatabase, type Subset, trainingSet } from '../../db/index.ts';
import { defaultPolicy, selectPseudoLabels } from '../../pseudo/index.ts';
import { CAT, withDatabase } from '../test-data.ts';

const SIZE = { width: 64, height: 64 };
const OBJECT: Box = { x1: 4, y1: 4, x2: 24, y2: 24 };
const REGION: Box = { x1: 32, y1: 8, x2: 60, y2: 48 };
const ROUND = 1;

async function addImage(db: RunDatabase, folder: string, number: number, subset: Subset) {
  const fileName = `${number}.png`;
  const path = join(folder, fileName);
  await writePng(path, { size: SIZE, data: new Uint8Array(SIZE.width * SIZE.height * 3).fill(40 * number) });
  const hash = sha256(number.toString(16).padStart(64, '0'));
  const added = db.images.add({ sha256: hash, path, fileName, size: SIZE, orientation: 1, subset, sourceId: null });
  if (added.status !== 'added') throw new Error(`image ${number} is there already`);
  return { id: added.id, size: SIZE };
}

async function addLabeled(db: RunDatabase, folder: string): Promise<void> {
  const truth = (box: Box, crowd: boolean) => ({
    category: CAT,
    box,
    mask: rle.fromBox(SIZE, box),
    crowd,
    areaPx2: boxArea(box),
    sourceId: null,
  });
  db.groundTruths.add(await addImage(db, folder, 1, 'labeled'), [truth(OBJECT, false), truth(REGION, true)]);
}

function startRound(db: RunDatabase): ModelId {
  const path = 'models/1.onnx';
  const hash = sha256('f'.repeat(64));
  const teacher = db.models.add({ round: ROUND, role: 'given', path, sha256: hash, contract: {}, createdAtMs: 0 });
  db.rounds.start(ROUND, { stage: 'label', teacher, startedAtMs: 0 });
  return teacher;
}

/** A sure prediction, one of a middling score, and one that is as good as nothing. */
async function addPseudo(db: RunDatabase, folder: string, model: ModelId): Promise<void> {
  const image = await addImage(db, folder, 2, 'unlabeled');
  const said = (score: number, box: Box): Prediction => ({ category: CAT, score, box, mask: rle.fromBox(SIZE, box) });
  const predictions = [said(0.9, OBJECT), said(0.4, REGION), said(0.1, { x1: 0, y1: 52, x2: 30, y2: 64 })];
  db.labeling.recordDone(
    { round: ROUND, image: image.id, model, durationMs: 1, createdAtMs: 0 },
    predictions,
    maskOverlaps(predictions.map(({ mask }) => mask)),
  );
  const decisions = selectPseudoLabels(db.labeling.candidates(ROUND, image), defaultPolicy, null);
  db.pseudoLabels.record({ round: ROUND, image: image.id, decisions, lineage: new Map(), drawn: [], changes: [], suspicions: [] });
}

/** A database with one labeled picture and one that a teacher labeled, each with an object and a region that is neither. */
async function fill(db: RunDatabase, folder: string): Promise<void> {
  await addLabeled(db, folder);
  await addPseudo(db, folder, startRound(db));
}

async function samplesOf(db: RunDatabase, folder: string, probability: number): Promise<readonly Sample[]> {
  const trainingSetFile = join(folder, 'set.json');
  await writeTrainingSet(trainingSetFile, trainingSet(db, ROUND));
  const still = { from: 1, to: 1 };
  const all = copyPasteRecipe(SIZE);
  const recipe = { ...all, flip: 0, jitter: { labeled: still, pseudo: still, donor: still }, copyPaste: { ...all.copyPaste, probability } };
  const stream = openSampleStream({ trainingSetFile, seed: 1, round: ROUND, batchSize: 2, recipe, firstStep: 0, workers: 1, lookahead: 1 });
  try {
    return (await stream.next()).samples;
  } finally {
    await stream.close();
  }
}

it('a crowd region and a prediction of a middling score reach the student as ignored regions', () =>
  withDatabase(async (db, folder) => {
    await fill(db, folder);
    const samples = await samplesOf(db, folder, 0);
    assert.deepEqual(
      samples.map(({ stream }) => stream),
      ['labeled', 'pseudo'],
    );
    for (const { instances, ignored } of samples) {
      assert.deepEqual(
        instances.map(({ box }) => box),
        [OBJECT],
      );
      assert.deepEqual(ignored, [{ box: REGION, grid: { x1: 8, y1: 2, x2: 15, y2: 12 }, coverage: new Uint8Array(70).fill(255) }]);
    }
    assert.deepEqual(samples[1].instances[0].source, { by: 'teacher', weight: 0.9 });
  }));

it('a crowd region is never pasted', () =>
  withDatabase(async (db, folder) => {
    await fill(db, folder);
    for (const { instances } of await samplesOf(db, folder, 1)) {
      // The one object of the labeled picture covers whatever was at its place.
      assert.deepEqual(
        instances.map(({ box, source }) => [box, source.by]),
        [[OBJECT, 'human']],
      );
    }
  }));
