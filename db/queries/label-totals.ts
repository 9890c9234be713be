import type { CategoryId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** Labels by category, and the images that they are of. */
export interface LabelTotals {
  readonly labels: ReadonlyMap<CategoryId, number>;
  /** With or without labels. */
  readonly images: number;
}

/** Labels of a round, the teacher's and people's, on all images that were labeled. */
export function labelTotals(db: RunDatabase, round: number): LabelTotals {
  const labels = counted(
    db,
    `SELECT category_id AS category, sum(labels) AS labels FROM (
       SELECT category_id, predictions AS labels FROM selection_counts WHERE round = :round AND status = 'kept'
       UNION ALL
       SELECT v.category_id, 1 FROM drawn_labels d JOIN verdicts v ON v.id = d.verdict_id WHERE d.round = :round
     ) GROUP BY category_id ORDER BY category_id`,
    round,
  );
  return { labels, images: db.labeling.counts(round).done };
}

/** The labels that were compared in a round and the one before, as each has them, on the images that both labeled. */
export function comparedTotals(db: RunDatabase, round: number): { readonly before: LabelTotals; readonly now: LabelTotals } {
  const { images } = db.connection.one<{ images: number }>(
    `SELECT count(*) AS images FROM label_attempts a JOIN label_attempts b ON b.round = a.round - 1 AND b.image_id = a.image_id
     WHERE a.round = ? AND a.status = 'done' AND b.status = 'done'`,
    [round],
  );
  const now = counted(
    db,
    `SELECT category_id AS category, count(*) AS labels FROM label_changes WHERE round = :round AND kind <> 'died'
     GROUP BY category_id ORDER BY category_id`,
    round,
  );
  const before = counted(
    db,
    `SELECT p.category_id AS category, count(*) AS labels FROM label_changes c
     JOIN predictions p ON p.id = coalesce(c.previous_id, c.prediction_id)
     WHERE c.round = :round AND c.kind <> 'born' GROUP BY p.category_id ORDER BY p.category_id`,
    round,
  );
  return { before: { labels: before, images }, now: { labels: now, images } };
}

function counted(db: RunDatabase, sql: string, round: number): ReadonlyMap<CategoryId, number> {
  const rows = db.connection.all<{ category: CategoryId; labels: number }>(sql, { round });
  return new Map(rows.map(({ category, labels }) => [category, labels]));
}
