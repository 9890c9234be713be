import type { PredictionId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** What the same object was in the rounds before, newest first. */
export function ancestorsOf(db: RunDatabase, id: PredictionId): PredictionId[] {
  return chain(id, (one) => {
    const { previous } = db.connection.get<{ previous: PredictionId | null }>(
      `SELECT s.previous_id AS previous FROM predictions p CROSS JOIN pseudo_labels s NOT INDEXED
         ON s.round = p.round AND s.image_id = p.image_id AND s.prediction_id = p.id WHERE p.id = ?`,
      [one],
    ) ?? { previous: null };
    return previous === null ? [] : [previous];
  });
}

/** What it became in the rounds after, oldest first. */
export function heirsOf(db: RunDatabase, id: PredictionId): PredictionId[] {
  return chain(id, (one) =>
    db.connection
      .all<{ heir: PredictionId }>(
        'SELECT prediction_id AS heir FROM pseudo_labels INDEXED BY pseudo_labels_by_previous WHERE previous_id = ? ORDER BY prediction_id',
        [one],
      )
      .map(({ heir }) => heir),
  );
}

/** Follows links from one label to the next, each label once. */
function chain(start: PredictionId, next: (id: PredictionId) => readonly PredictionId[]): PredictionId[] {
  const seen = new Set([start]);
  for (const id of seen) for (const linked of next(id)) seen.add(linked);
  seen.delete(start);
  return [...seen];
}

/** The labels of one object in all rounds, itself included. */
export const lineOfObject = (db: RunDatabase, id: PredictionId): PredictionId[] => [...ancestorsOf(db, id), id, ...heirsOf(db, id)];
