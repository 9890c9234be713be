/** Inputs of the tests of exchange: pictures, and rounds in which a teacher sees rectangles on them. */
import { type Box, type CategoryId, maskOverlaps, type PredictionId, rle, type Size, sha256 } from '../../core/index.ts';
import type { ImageRow, RunDatabase } from '../../db/index.ts';
import { defaultPolicy } from '../../pseudo/index.ts';
import { selectedImage } from './selected-image.ts';

export const SIZE: Size = { width: 64, height: 48 };

export const box = (x1: number, y1: number, x2: number, y2: number): Box => ({ x1, y1, x2, y2 });
export const maskOf = (at: Box) => rle.fromBox(SIZE, at);
const hash = (number: number) => sha256(number.toString(16).padStart(64, '0'));

export function addImage(db: RunDatabase, number: number): ImageRow {
  const fileName = `${number}.jpg`;
  const facts = {
    sha256: hash(number),
    path: `/data/${fileName}`,
    fileName,
    size: SIZE,
    orientation: 1,
    subset: 'unlabeled',
    sourceId: null,
  } as const;
  const added = db.images.add(facts);
  if (added.status !== 'added') throw new Error(`image ${number} is there already`);
  return { ...facts, id: added.id };
}

/** A rectangle of which the teacher is sure. */
export type Seen = readonly [category: CategoryId, at: Box];

/** @returns the ids of a picture after the other */
export function labelPictures(
  db: RunDatabase,
  round: number,
  pictures: readonly (readonly [image: ImageRow, objects: readonly Seen[]])[],
): PredictionId[] {
  const model = db.models.add({ round, role: 'given', path: `${round}.onnx`, sha256: hash(round), contract: {}, createdAtMs: 1 });
  db.rounds.start(round, { stage: 'label', teacher: model, startedAtMs: 1 });
  return pictures.flatMap(([image, objects]) => {
    const predictions = objects.map(([category, at]) => ({ category, score: 0.9, box: at, mask: maskOf(at) }));
    const overlaps = maskOverlaps(predictions.map(({ mask }) => mask));
    db.labeling.recordDone({ round, image: image.id, model, durationMs: 1, createdAtMs: 1 }, predictions, overlaps);
    return db.labeling.predictions(round, image).map(({ id }) => id);
  });
}

export function selectRound(db: RunDatabase, round: number): void {
  for (const pending of db.pseudoLabels.pending(round)) db.pseudoLabels.record(selectedImage(db, round, pending, defaultPolicy));
}
