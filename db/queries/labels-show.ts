import type { PredictionId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import type { ModelRow } from '../models.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';
import { noPrediction, type StoredVerdict } from '../verdicts.ts';
import { type Selection, type SelectionColumns, selectionOf } from './selection.ts';

/** Everything that is known about a prediction. */
export interface LabelFacts {
  readonly prediction: StoredPrediction;
  readonly categoryName: string;
  readonly image: ImageRow;
  readonly model: ModelRow;
  readonly selection: Selection;
  /** Decisions about its image, of any round; one about itself has its id. */
  readonly verdicts: readonly StoredVerdict[];
  /** Which prediction it was in the rounds before, newest first. */
  readonly lineage: readonly LineageStep[];
}

/** What the same object was in an earlier round. */
export interface LineageStep {
  readonly prediction: PredictionId;
  readonly round: number;
  readonly score: number;
  readonly status: 'kept' | 'dropped';
  readonly reason: string;
}

/** @throws SelfpasteError USAGE_NO_PREDICTION for an id that this run does not have */
export function showLabel(db: RunDatabase, id: PredictionId): LabelFacts {
  const row = db.connection.get<PredictionColumns>('SELECT * FROM predictions WHERE id = ?', [id]);
  if (!row) throw noPrediction(id);
  const image = imageOf(db.connection.one<ImageColumns>('SELECT * FROM images WHERE id = ?', [row.image_id]));
  const model = db.models.byId(row.model_id);
  if (!model) throw new Error(`Expected model ${row.model_id}: a foreign key promises it`);
  const { name } = db.connection.one<{ name: string }>('SELECT name FROM categories WHERE id = ?', [row.category_id]);
  return {
    prediction: predictionOf(row, image.size),
    categoryName: name,
    image,
    model,
    selection: selectionFor(db, row),
    verdicts: db.verdicts.ofImage(image),
    lineage: lineageOf(db, row),
  };
}

function selectionFor(db: RunDatabase, { id, round, image_id }: PredictionColumns): Selection {
  const row = db.connection.get<SelectionColumns>(
    'SELECT status, reason, weight, previous_id AS previous FROM pseudo_labels WHERE round = ? AND image_id = ? AND prediction_id = ?',
    [round, image_id, id],
  );
  return row ? selectionOf(row) : { status: 'open' };
}

function lineageOf(db: RunDatabase, { id, round, image_id }: PredictionColumns): LineageStep[] {
  return db.connection.all<LineageStep>(
    `WITH RECURSIVE line (id, round, image) AS (
       VALUES (:id, :round, :image)
       UNION ALL
       SELECT p.id, p.round, p.image_id FROM line
       JOIN pseudo_labels s ON s.round = line.round AND s.image_id = line.image AND s.prediction_id = line.id
       JOIN predictions p ON p.id = s.previous_id AND p.round < line.round
     )
     SELECT s.prediction_id AS prediction, s.round, s.score, s.status, s.reason
     FROM line JOIN pseudo_labels s ON s.round = line.round AND s.image_id = line.image AND s.prediction_id = line.id
     WHERE s.prediction_id <> :id ORDER BY s.round DESC`,
    { id, round, image: image_id },
  );
}
