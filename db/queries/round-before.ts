import type { CategoryId, PredictionId } from '../../core/index.ts';
import type { ImageRow } from '../images.ts';
import type { StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';

/** What the round before a round said of an image. */
export interface ImageBefore {
  readonly predictions: readonly StoredPrediction[];
  /** Those that were kept, and that no person has rejected or corrected since, nor their whole image. */
  readonly labels: readonly StoredPrediction[];
  /** Categories of what a prediction was in still earlier rounds; one without ancestors is left out. */
  readonly ancestors: ReadonlyMap<PredictionId, readonly CategoryId[]>;
}

/** Null where the image was not labeled in the round before. */
export function roundBefore(db: RunDatabase, round: number, image: ImageRow): ImageBefore | null {
  const before = round - 1;
  if (!wasLabeled(db, before, image)) return null;
  const predictions = db.labeling.predictions(before, image);
  const labels = standingLabels(db, before, image);
  return { predictions, labels: predictions.filter(({ id }) => labels.has(id)), ancestors: ancestorCategories(db, before, image) };
}

function wasLabeled(db: RunDatabase, round: number, image: ImageRow): boolean {
  const sql = `SELECT 1 AS labeled FROM label_attempts WHERE round = ? AND image_id = ? AND status = 'done'`;
  return db.connection.get<{ labeled: 1 }>(sql, [round, image.id]) !== undefined;
}

/** What was kept on an image, but for what a person has rejected or corrected since, or with its whole image. */
export function standingLabels(db: RunDatabase, round: number, image: ImageRow): ReadonlySet<PredictionId> {
  // The plus keeps SQLite from walking all labels of the round along an index that begins with their status.
  const rows = db.connection.all<{ id: PredictionId }>(
    `SELECT s.prediction_id AS id FROM pseudo_labels s NOT INDEXED WHERE s.round = ? AND s.image_id = ? AND +s.status = 'kept'
     AND NOT EXISTS (SELECT 1 FROM verdicts v INDEXED BY verdicts_by_image WHERE v.image_id = s.image_id AND v.standing = 1
       AND v.drawn_id IS NULL AND v.verdict IN ('rejected', 'corrected')
       AND (v.prediction_id = s.prediction_id OR v.prediction_id IS NULL))`,
    [round, image.id],
  );
  return new Set(rows.map(({ id }) => id));
}

function ancestorCategories(db: RunDatabase, round: number, image: ImageRow): ReadonlyMap<PredictionId, readonly CategoryId[]> {
  const rows = db.connection.all<{ id: PredictionId; category: CategoryId }>(
    `WITH RECURSIVE line (id, round, ancestor) AS (
       SELECT prediction_id, round, previous_id FROM pseudo_labels NOT INDEXED
       WHERE round = :round AND image_id = :image AND previous_id IS NOT NULL
       UNION ALL
       SELECT line.id, s.round, s.previous_id FROM line
       JOIN pseudo_labels s ON s.round = line.round - 1 AND s.image_id = :image AND s.prediction_id = line.ancestor
       WHERE s.previous_id IS NOT NULL
     )
     SELECT line.id, p.category_id AS category FROM line JOIN predictions p ON p.id = line.ancestor ORDER BY line.id, line.round DESC`,
    { round, image: image.id },
  );
  const ancestors = new Map<PredictionId, CategoryId[]>();
  for (const { id, category } of rows) {
    const own = ancestors.get(id);
    if (own) own.push(category);
    else ancestors.set(id, [category]);
  }
  return ancestors;
}
