/** Inputs of the tests of these commands: a small run with pictures, two rounds of predictions, and what was selected of them. */
import { join } from 'node:path';
import {
  type Box,
  boxArea,
  type CategoryId,
  type Change,
  categoryId,
  classIndex,
  type ImageId,
  type ModelId,
  maskOverlaps,
  type Prediction,
  type PredictionId,
  rle,
  type Size,
  type Suspicion,
  sha256,
} from '../../../core/index.ts';
import { writePng } from '../../../dataset/index.ts';
import { type ImageRow, openDatabase, type RunDatabase, type SelectionDecision, type Subset } from '../../../db/index.ts';
import { makeRunFolder, runFolder } from '../../../pipeline/index.ts';
import { defaultPolicy } from '../../../pseudo/index.ts';

export const SIZE: Size = { width: 96, height: 64 };
export const CAT = categoryId(3);
export const DOG = categoryId(17);
const T0 = 1_700_000_000_000;

/** What of the run the tests speak of by name. */
export interface TestRun {
  readonly folder: string;
  /** Pictures with predictions, and the labeled one. */
  readonly images: readonly ImageRow[];
  readonly labeled: ImageRow;
  /** Predictions of a round, by id: of the first picture a cat and a dog, of the second a cat that is unsure. */
  readonly round1: readonly PredictionId[];
  readonly round2: readonly PredictionId[];
}

/** Where the three objects are; the dog of round 2 has grown. */
const BOXES = { cat: box(8, 8, 28, 24), dog: box(50, 20, 70, 44), bigDog: box(46, 16, 76, 48), other: box(30, 30, 60, 54) };

/** Makes a run in an empty folder. Round 1 is frozen, round 2 is selected but open. */
export async function makeTestRun(path: string): Promise<TestRun> {
  const folder = join(path, 'run');
  makeRunFolder(folder);
  const db = openDatabase(runFolder(folder).database, { mode: 'create' });
  try {
    const model = beginRun(db);
    const labeled = await addImage(db, path, 9, 'labeled');
    for (const [category, at] of [
      [CAT, BOXES.cat],
      [DOG, BOXES.dog],
      [DOG, BOXES.other],
    ] as const)
      db.groundTruths.add(labeled, [
        { category, box: at, mask: rle.fromBox(SIZE, at), crowd: false, areaPx2: boxArea(at), sourceId: null },
      ]);
    const images = [await addImage(db, path, 1), await addImage(db, path, 2)];
    const round1 = labelRound(db, 1, model, images, [
      [seen(CAT, 0.9, BOXES.cat), seen(DOG, 0.8, BOXES.dog)],
      [seen(CAT, 0.35, BOXES.other)],
    ]);
    select(db, 1, images, [keep(round1[0], 0.9), keep(round1[1], 0.8), drop(round1[2])], new Map(), [], []);
    db.rounds.freeze(1, { ...defaultPolicy, score: 0.5 }, T0);
    const round2 = labelRound(db, 2, model, images, [
      [seen(CAT, 0.95, BOXES.cat), seen(DOG, 0.6, BOXES.bigDog)],
      [seen(CAT, 0.55, BOXES.other)],
    ]);
    const lineage = new Map(round2.map((id, at) => [id, round1[at]]));
    select(
      db,
      2,
      images,
      round2.map((id) => keep(id, 0.6)),
      lineage,
      changesOf(round1, round2),
      suspicionsOf(round1, round2),
    );
    return { folder, images, labeled, round1, round2 };
  } finally {
    db.close();
  }
}

function box(x1: number, y1: number, x2: number, y2: number): Box {
  return { x1, y1, x2, y2 };
}

const seen = (category: CategoryId, score: number, at: Box): Prediction => ({ category, score, box: at, mask: rle.fromBox(SIZE, at) });
const keep = (prediction: PredictionId, weight: number): SelectionDecision => ({ prediction, status: 'kept', reason: 'score', weight });
const drop = (prediction: PredictionId): SelectionDecision => ({ prediction, status: 'dropped', reason: 'unsure' });

function beginRun(db: RunDatabase): ModelId {
  db.runs.create({ name: 'test', seed: 5, config: {}, configHash: '0', programVersion: '0', machineVersion: 1, createdAtMs: T0 });
  db.categories.add([
    { id: CAT, name: 'cat', classIndex: classIndex(0) },
    { id: DOG, name: 'dog', classIndex: classIndex(1) },
  ]);
  return db.models.add({ round: 1, role: 'given', path: 'models/1.onnx', sha256: hash(1), contract: {}, createdAtMs: T0 });
}

const hash = (number: number) => sha256(number.toString(16).padStart(64, '0'));

async function addImage(db: RunDatabase, path: string, number: number, subset: Subset = 'unlabeled'): Promise<ImageRow> {
  const file = join(path, `${number}.png`);
  const data = Uint8Array.from({ length: 3 * SIZE.width * SIZE.height }, (_, at) => 40 * number + (at % 3) * 30);
  await writePng(file, { size: SIZE, data });
  const facts = { sha256: hash(number), path: file, fileName: `${number}.png`, size: SIZE, orientation: 1, subset, sourceId: null };
  const added = db.images.add(facts);
  if (added.status === 'duplicate') throw new Error(`image ${number} is a duplicate`);
  return { ...facts, id: added.id };
}

function labelRound(
  db: RunDatabase,
  round: number,
  model: ModelId,
  images: readonly ImageRow[],
  predictions: readonly (readonly Prediction[])[],
): PredictionId[] {
  db.rounds.start(round, { stage: 'label', teacher: model, startedAtMs: T0 });
  return images.flatMap((image, at) => {
    const overlaps = maskOverlaps(predictions[at].map(({ mask }) => mask));
    db.labeling.recordDone({ round, image: image.id, model, durationMs: 40, createdAtMs: T0 }, predictions[at], overlaps);
    return db.labeling.predictions(round, image).map(({ id }) => id);
  });
}

/** The first two predictions are those of the first picture, the last one that of the second. */
function select(
  db: RunDatabase,
  round: number,
  images: readonly ImageRow[],
  decisions: readonly SelectionDecision[],
  lineage: ReadonlyMap<PredictionId, PredictionId>,
  changes: readonly Change[],
  suspicions: readonly Suspicion[],
): void {
  const record = (image: ImageId, from: number, to: number) => {
    const own = decisions.slice(from, to);
    const ids = new Set(own.map(({ prediction }) => prediction));
    db.pseudoLabels.record({
      round,
      image,
      decisions: own,
      lineage: new Map([...lineage].filter(([id]) => ids.has(id))),
      drawn: [],
      changes: changes.filter(({ prediction }) => ids.has(prediction)),
      suspicions: suspicions.filter(({ prediction }) => ids.has(prediction)),
    });
  };
  record(images[0].id, 0, 2);
  record(images[1].id, 2, 3);
}

const changesOf = (before: readonly PredictionId[], [cat, dog, other]: readonly PredictionId[]): Change[] => [
  { kind: 'kept', iou: 1, prediction: cat, previous: before[0], category: CAT },
  { kind: 'grew', iou: 0.5, prediction: dog, previous: before[1], category: DOG },
  { kind: 'born', iou: 0, prediction: other, previous: null, category: CAT },
];

const suspicionsOf = (before: readonly PredictionId[], [, dog, other]: readonly PredictionId[]): Suspicion[] => [
  { kind: 'disagreement', strength: 0.4, prediction: dog, other: before[1] },
  { kind: 'cut', strength: 0.7, prediction: other, other: null },
];
