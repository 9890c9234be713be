import type { CategoryId, ChangeKind, PredictionId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** A label of a round, or one of the round before that died. */
export interface ComparedLabelRow {
  readonly prediction: PredictionId;
  readonly category: CategoryId;
  readonly score: number;
  /** Null where no round before was compared. */
  readonly change: ChangeKind | null;
}

/** All of a round, by id, at once: some tens of bytes each. */
export function comparedLabels(db: RunDatabase, round: number): ComparedLabelRow[] {
  return db.connection.all<ComparedLabelRow>(
    `SELECT s.prediction_id AS prediction, s.category_id AS category, s.score, c.kind AS change
     FROM pseudo_labels s LEFT JOIN label_changes c ON c.prediction_id = s.prediction_id AND c.round = s.round
     WHERE s.round = :round AND s.status = 'kept'
     UNION ALL
     SELECT c.prediction_id, c.category_id, p.score, c.kind FROM label_changes c JOIN predictions p ON p.id = c.prediction_id
     WHERE c.round = :round AND c.kind = 'died' ORDER BY 1`,
    { round },
  );
}
