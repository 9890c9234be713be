import type { ImageId, PredictionId, VerdictId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import type { Drawing } from '../judgements.ts';
import { inPages } from '../paging.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';
import { type DrawingColumns, drawingOf } from '../stored-verdicts.ts';

/** A label that the student trains on: a prediction that was selected, or what a person drew or corrected. Weight of its loss 0..1. */
export type PseudoLabel =
  | (StoredPrediction & { readonly by: 'teacher'; readonly reason: string; readonly weight: number })
  | (Drawing & { readonly by: 'person'; readonly verdict: VerdictId; readonly about: DrawnAbout; readonly weight: 1 });

/** What a person drew: another shape or class for a prediction, or an object of its own (by the verdict that drew it first). */
export type DrawnAbout =
  | { readonly of: 'prediction'; readonly prediction: PredictionId }
  | { readonly of: 'drawn'; readonly drawn: VerdictId };

/** An image with its pseudo-labels of a round: at least one. */
export interface PseudoLabeledImage {
  readonly image: ImageRow;
  /** The teacher's by id, then people's by verdict. */
  readonly labels: readonly PseudoLabel[];
}

const PAGE = 200;

/** The pseudo-labels of a round by image, for export and for training. The caller may wait between two images. */
export function* keptLabels(db: RunDatabase, round: number): Generator<PseudoLabeledImage> {
  for (const image of imagesWithLabels(db, round))
    yield { image, labels: [...teachersLabels(db, round, image), ...peoplesLabels(db, round, image)] };
}

function imagesWithLabels(db: RunDatabase, round: number): Generator<ImageRow> {
  return inPages((after: ImageRow | undefined) =>
    db.connection
      .all<ImageColumns>(
        `SELECT i.* FROM selections s CROSS JOIN images i ON i.id = s.image_id
         WHERE s.round = ? AND s.image_id > ? AND s.kept + s.drawn > 0 ORDER BY s.image_id LIMIT ?`,
        [round, after?.id ?? Number.MIN_SAFE_INTEGER, PAGE],
      )
      .map(imageOf),
  );
}

function teachersLabels(db: RunDatabase, round: number, image: ImageRow): PseudoLabel[] {
  return db.connection
    .all<PredictionColumns & { readonly image_id: ImageId; readonly reason: string; readonly weight: number }>(
      `SELECT p.*, s.reason, s.weight FROM pseudo_labels s NOT INDEXED CROSS JOIN predictions p ON p.id = s.prediction_id
       WHERE s.round = ? AND s.image_id = ? AND s.status = 'kept' ORDER BY s.prediction_id`,
      [round, image.id],
    )
    .map((row) => ({ ...predictionOf(row, image.size), by: 'teacher', reason: row.reason, weight: row.weight }));
}

function peoplesLabels(db: RunDatabase, round: number, image: ImageRow): PseudoLabel[] {
  return db.connection
    .all<DrawingColumns & { readonly verdict: VerdictId; readonly prediction: PredictionId | null; readonly drawn: VerdictId }>(
      `SELECT d.verdict_id AS verdict, v.prediction_id AS prediction, coalesce(v.drawn_id, v.id) AS drawn, v.category_id AS category, v.x1, v.y1, v.x2, v.y2, v.rle
       FROM drawn_labels d CROSS JOIN verdicts v ON v.id = d.verdict_id WHERE d.round = ? AND d.image_id = ? ORDER BY d.verdict_id`,
      [round, image.id],
    )
    .map((row) => ({
      ...drawingOf(row, image.size),
      by: 'person',
      verdict: row.verdict,
      about: row.prediction === null ? { of: 'drawn', drawn: row.drawn } : { of: 'prediction', prediction: row.prediction },
      weight: 1,
    }));
}
