import type { ImageId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import { inPages } from '../paging.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';

/** A prediction that was selected. */
export interface PseudoLabel extends StoredPrediction {
  readonly reason: string;
  /** Weight of its loss, 0..1. */
  readonly weight: number;
}

/** An image with its pseudo-labels of a round: at least one. */
export interface PseudoLabeledImage {
  readonly image: ImageRow;
  readonly labels: readonly PseudoLabel[];
}

const PAGE = 200;

/** The pseudo-labels of a round by image and id, for export and for training. The caller may wait between two images. */
export function* keptLabels(db: RunDatabase, round: number): Generator<PseudoLabeledImage> {
  for (const image of imagesWithLabels(db, round)) yield { image, labels: labelsOf(db, round, image) };
}

function imagesWithLabels(db: RunDatabase, round: number): Generator<ImageRow> {
  return inPages((after: ImageRow | undefined) =>
    db.connection
      .all<ImageColumns>(
        `SELECT i.* FROM selections s CROSS JOIN images i ON i.id = s.image_id
         WHERE s.round = ? AND s.image_id > ? AND s.kept > 0 ORDER BY s.image_id LIMIT ?`,
        [round, after?.id ?? Number.MIN_SAFE_INTEGER, PAGE],
      )
      .map(imageOf),
  );
}

function labelsOf(db: RunDatabase, round: number, image: ImageRow): PseudoLabel[] {
  return db.connection
    .all<PredictionColumns & { readonly image_id: ImageId; readonly reason: string; readonly weight: number }>(
      `SELECT p.*, s.reason, s.weight FROM pseudo_labels s CROSS JOIN predictions p ON p.id = s.prediction_id
       WHERE s.round = ? AND s.image_id = ? AND s.status = 'kept' ORDER BY s.prediction_id`,
      [round, image.id],
    )
    .map((row) => ({ ...predictionOf(row, image.size), reason: row.reason, weight: row.weight }));
}
