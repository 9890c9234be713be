import type { ImageId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** Attempts to label pictures that were counted so far, and the picture of the last of them; null before the first. */
export interface AttemptsSeen {
  readonly attempts: number;
  readonly last: ImageId | null;
}

/** Counts on from what was seen of a round: pictures are labeled in the order of their ids, so that only new rows are looked at. */
export function attemptsAfter(db: RunDatabase, round: number, seen: AttemptsSeen): AttemptsSeen {
  const { attempts, last } = db.connection.one<AttemptsSeen>(
    'SELECT count(*) AS attempts, max(image_id) AS last FROM label_attempts WHERE round = ? AND image_id > ?',
    [round, seen.last ?? Number.MIN_SAFE_INTEGER],
  );
  return { attempts: seen.attempts + attempts, last: last ?? seen.last };
}
