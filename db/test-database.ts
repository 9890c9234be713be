import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Box,
  boxArea,
  categoryId,
  classIndex,
  type ImageId,
  type ModelId,
  maskOverlaps,
  modelId,
  type Prediction,
  type PredictionId,
  type Rle,
  rle,
  SelfpasteError,
  type Size,
  sha256,
} from '../core/index.ts';
import type { ImageRow, Subset } from './images.ts';
import type { AttemptFacts, Recorded } from './labeling.ts';
import { openDatabase } from './open.ts';
import type { SelectionDecision } from './pseudo-labels.ts';
import type { RunDatabase } from './run-database.ts';

/** Made by hand for tests: two categories with a gap in their ids, and images of one size. */
export const CAT = categoryId(3);
export const DOG = categoryId(17);
export const SIZE: Size = { width: 64, height: 48 };
export const T0 = 1_700_000_000_000;

/** The error that a user is shown. */
export function errorOf(work: () => unknown): SelfpasteError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof SelfpasteError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'expected a SelfpasteError' });
}

/** A folder that goes away with the test. */
export function testFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-db-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty database that closes with the test. */
export function testDatabase(t: TestContext, path = join(testFolder(t), 'selfpaste.db')): RunDatabase {
  const db = openDatabase(path, { mode: 'create' });
  t.after(() => db.close());
  return db;
}

/** A database with categories, a model (id 1) and a round (1) under way. */
export function testRun(t: TestContext, path?: string): RunDatabase {
  const db = testDatabase(t, path);
  beginRun(db);
  return db;
}

export function beginRun(db: RunDatabase): void {
  db.categories.add([
    { id: CAT, name: 'cat', classIndex: classIndex(0) },
    { id: DOG, name: 'dog', classIndex: classIndex(1) },
  ]);
  const teacher = addModel(db, 1);
  db.rounds.start(1, { stage: 'label', teacher, startedAtMs: T0 });
}

export function addModel(db: RunDatabase, round: number): ModelId {
  return db.models.add({ round, role: 'given', path: `models/${round}.onnx`, sha256: hash(round), contract: {}, createdAtMs: T0 });
}

/** A hash of its own for each number. */
export const hash = (number: number) => sha256(number.toString(16).padStart(64, '0'));

export function addImage(db: RunDatabase, number: number, subset: Subset = 'unlabeled'): ImageRow {
  const facts = {
    sha256: hash(number),
    path: `/data/${number}.jpg`,
    fileName: `${number}.jpg`,
    size: SIZE,
    orientation: 1,
    subset,
    sourceId: null,
  };
  const added = db.images.add(facts);
  if (added.status === 'duplicate') throw new Error(`image ${number} is a duplicate`);
  return { ...facts, id: added.id };
}

export function boxMask(box: Box): Rle {
  const data = new Uint8Array(SIZE.width * SIZE.height);
  for (let y = box.y1; y < box.y2; y++) data.fill(1, y * SIZE.width + box.x1, y * SIZE.width + box.x2);
  return rle.encode({ size: SIZE, data });
}

export function prediction(score: number, category = CAT, box: Box = { x1: 4, y1: 4, x2: 20, y2: 12 }): Prediction {
  return { category, score, box, mask: boxMask(box) };
}

export function groundTruth(box: Box, crowd = false) {
  return { category: CAT, box, mask: boxMask(box), crowd, areaPx2: boxArea(box), sourceId: null };
}

export function attempt(image: ImageId, round = 1): AttemptFacts {
  return { round, image, model: modelId(1), durationMs: 40, createdAtMs: T0 };
}

/** Records what a model said, with the overlaps of its masks. */
export function recordDone(db: RunDatabase, facts: AttemptFacts, predictions: readonly Prediction[]): Recorded {
  return db.labeling.recordDone(facts, predictions, maskOverlaps(predictions.map(({ mask }) => mask)));
}

/**
 * Sixty images with up to six predictions of few scores; the last ten have no selection yet.
 * @param boxAt place of a prediction, by the numbers of its image and of itself; all in one place by default
 */
export function addSelectedImages(db: RunDatabase, boxAt?: (number: number, at: number) => Box): void {
  for (let number = 1; number <= 60; number++) {
    const image = addImage(db, number);
    const scores = Array.from({ length: number % 7 }, (_, at) => ((number * 13 + at * 5) % 11) / 10);
    label(
      db,
      image,
      scores.map((score, at) => prediction(score, at % 3 === 0 ? DOG : CAT, boxAt?.(number, at))),
    );
    if (number <= 50) selectConfident(db, image);
  }
}

/** Keeps from 0.5 on. */
function selectConfident(db: RunDatabase, image: ImageRow): void {
  const decisions = db.labeling
    .predictions(1, image)
    .map(
      ({ id, score }): SelectionDecision =>
        score >= 0.5
          ? { prediction: id, status: 'kept', reason: 'score', weight: score }
          : { prediction: id, status: 'dropped', reason: score > 0.3 ? 'duplicate' : 'below-threshold' },
    );
  db.pseudoLabels.record({ round: 1, image: image.id, decisions, ...NOTHING_FOUND });
}

/** What the selection of an image is where nothing is found beside its decisions. */
export const NOTHING_FOUND = { lineage: new Map<PredictionId, PredictionId>(), drawn: [], changes: [], suspicions: [] } as const;

/** Labels an image in a round. @returns the ids of its predictions */
export function label(db: RunDatabase, image: ImageRow, predictions: readonly Prediction[], round = 1): PredictionId[] {
  recordDone(db, attempt(image.id, round), predictions);
  return db.labeling.predictions(round, image).map(({ id }) => id);
}
