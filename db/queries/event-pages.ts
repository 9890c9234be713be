import type { EventRow } from '../events.ts';
import type { RunDatabase } from '../run-database.ts';

/** A page of the run's diary, counted from its end. */
export interface EventPage {
  /** The page ends before this event; null for the newest. */
  readonly before: number | null;
  /** `warnings`: what went wrong, or may. */
  readonly which: 'all' | 'warnings';
  readonly limit: number;
}

const WARNINGS = `(kind IN ('run-failed', 'run-waiting') OR (kind = 'note' AND json_extract(data, '$.level') = 'warn'))`;

/** Newest first. */
export function eventsBefore(db: RunDatabase, { before, which, limit }: EventPage): EventRow[] {
  return db.connection
    .all<EventRow & { readonly data: string }>(
      `SELECT id, at_ms AS atMs, round, kind, data FROM events WHERE id < ? AND ${which === 'warnings' ? WARNINGS : 'TRUE'}
       ORDER BY id DESC LIMIT ?`,
      [before ?? Number.MAX_SAFE_INTEGER, limit],
    )
    .map((row) => ({ ...row, data: JSON.parse(row.data) }));
}
