import type { CategoryId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** Labels that changed from one category to another. */
export interface ClassTurn {
  readonly before: CategoryId;
  readonly now: CategoryId;
  readonly labels: number;
}

/** Labels of a round that had another category in the round before, by both. */
export function reclassified(db: RunDatabase, round: number): ClassTurn[] {
  return db.connection.all<ClassTurn>(
    `SELECT p.category_id AS before, c.category_id AS now, count(*) AS labels
     FROM label_changes c NOT INDEXED CROSS JOIN predictions p ON p.id = c.previous_id
     WHERE c.round = ? AND c.kind = 'reclassified' GROUP BY 1, 2 ORDER BY 1, 2`,
    [round],
  );
}
