import { type ImageId, SUSPICION_KINDS, type Suspicion, type SuspicionKind } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';

/** A suspicion with its image. */
export interface Suspect extends Suspicion {
  readonly image: ImageId;
}

/** Labels that are suspected, by the kind of suspicion and as labels; one may be suspected of several things. */
export interface SuspectCounts {
  readonly labels: number;
  readonly kinds: Readonly<Partial<Record<SuspicionKind, number>>>;
}

/**
 * A page of the likely errors of a round, most likely first: of one kind, or each label with the strongest suspicion against it.
 * @param after the last one of the page before
 */
export function listSuspects(
  db: RunDatabase,
  { round, kind }: { readonly round: number; readonly kind: SuspicionKind | 'any' },
  limit: number,
  after?: Pick<Suspect, 'strength' | 'prediction'>,
): Suspect[] {
  const range = kind === 'any' ? 'INDEXED BY suspicions_by_strength WHERE strongest = 1' : 'NOT INDEXED WHERE kind = :kind';
  return db.connection.all<Suspect>(
    `SELECT kind, strength, prediction_id AS prediction, other_id AS other, image_id AS image FROM suspicions ${range}
       AND round = :round AND (strength, prediction_id) < (:strength, :prediction)
     ORDER BY strength DESC, prediction_id DESC LIMIT :limit`,
    { round, kind, limit, strength: after?.strength ?? 2, prediction: after?.prediction ?? 0 },
  );
}

/** Reads sums that triggers keep. */
export function countSuspects(db: RunDatabase, round: number): SuspectCounts {
  const count = (mark: SuspicionKind | 'suspected') =>
    db.connection.one<{ labels: number }>('SELECT coalesce(sum(predictions), 0) AS labels FROM mark_counts WHERE round = ? AND mark = ?', [
      round,
      mark,
    ]).labels;
  const kinds = SUSPICION_KINDS.map((kind) => [kind, count(kind)] as const).filter(([, labels]) => labels > 0);
  return { labels: count('suspected'), kinds: Object.fromEntries(kinds) };
}
