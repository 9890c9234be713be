import { badValue, type ImageId, type PredictionId, SelfpasteError } from '../core/index.ts';
import type { Connection } from './connection.ts';
import { type ImageColumns, type ImageRow, imageOf } from './images.ts';
import type { Recorded } from './labeling.ts';
import { inPages } from './paging.ts';

/** What became of a prediction, and why. Weight 0..1 is that of its loss. */
export type SelectionDecision =
  | { readonly prediction: PredictionId; readonly status: 'kept'; readonly reason: string; readonly weight: number }
  | { readonly prediction: PredictionId; readonly status: 'dropped'; readonly reason: string };

/** The decisions about all predictions of an image, and which prediction each was in the round before. */
export interface ImageSelection {
  readonly round: number;
  readonly image: ImageId;
  readonly decisions: readonly SelectionDecision[];
  readonly lineage: ReadonlyMap<PredictionId, PredictionId>;
}

/** Images by what was kept on them. */
export interface SelectionCounts {
  /** Images on which something was kept: these are what the student sees. */
  readonly withLabels: number;
  readonly withoutLabels: number;
  readonly kept: number;
  readonly dropped: number;
}

const PAGE = 500;

/** The selection of each round. It can be made anew until the round is frozen. */
export class PseudoLabels {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Writes the decisions about an image, or nothing. An image that has its selection keeps it, so an interrupted selection goes on. */
  record(selection: ImageSelection): Recorded {
    const { round, image, decisions } = selection;
    const kept = decisions.filter(({ status }) => status === 'kept').length;
    return this.#connection.transaction(() => {
      const { changes } = this.#connection.run(
        'INSERT INTO selections (round, image_id, kept, dropped) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
        [round, image, kept, decisions.length - kept],
      );
      if (changes === 0) return 'known';
      this.#requireAll(selection);
      for (const decision of decisions) this.#insert(selection, decision);
      return 'recorded';
    });
  }

  /** Images that were labeled in a round but have no selection yet, by id. The caller may record selections while it reads. */
  pending(round: number): Generator<ImageRow> {
    return inPages((after: ImageRow | undefined) =>
      this.#connection
        .all<ImageColumns>(
          `SELECT i.* FROM label_attempts a CROSS JOIN images i ON i.id = a.image_id
           WHERE a.round = :round AND a.image_id > :after AND a.status = 'done'
             AND NOT EXISTS (SELECT 1 FROM selections s WHERE s.round = :round AND s.image_id = a.image_id)
           ORDER BY a.image_id LIMIT :limit`,
          { round, after: after?.id ?? Number.MIN_SAFE_INTEGER, limit: PAGE },
        )
        .map(imageOf),
    );
  }

  counts(round: number): SelectionCounts {
    return this.#connection.one<SelectionCounts>(
      `SELECT count(*) FILTER (WHERE kept > 0) AS withLabels, count(*) FILTER (WHERE kept = 0) AS withoutLabels,
         coalesce(sum(kept), 0) AS kept, coalesce(sum(dropped), 0) AS dropped FROM selections WHERE round = ?`,
      [round],
    );
  }

  /**
   * Forgets the selection of a round, to make it anew under another policy or other verdicts.
   * @throws SelfpasteError USAGE_ROUND_FROZEN once training has started on it
   */
  clear(round: number): void {
    this.#connection.transaction(() => {
      this.#requireOpen(round);
      this.#connection.run('DELETE FROM pseudo_labels WHERE round = ?', [round]);
      this.#connection.run('DELETE FROM selections WHERE round = ?', [round]);
    });
  }

  #insert({ round, image, lineage }: ImageSelection, decision: SelectionDecision): void {
    const { changes } = this.#connection.run(
      `INSERT INTO pseudo_labels (round, image_id, prediction_id, category_id, score, status, reason, weight, previous_id)
       SELECT round, image_id, id, category_id, score, ?, ?, ?, ? FROM predictions WHERE id = ? AND round = ? AND image_id = ?`,
      [
        decision.status,
        decision.reason,
        decision.status === 'kept' ? decision.weight : 0,
        lineage.get(decision.prediction) ?? null,
        decision.prediction,
        round,
        image,
      ],
    );
    if (changes !== 1) throw badValue('decision', `a prediction of round ${round} on image ${image}`, decision.prediction);
  }

  #requireAll({ round, image, decisions }: ImageSelection): void {
    const { predictions } = this.#connection.one<{ predictions: number }>(
      'SELECT count(*) AS predictions FROM predictions WHERE round = ? AND image_id = ?',
      [round, image],
    );
    if (predictions !== decisions.length) throw badValue('decisions', `one for each of ${predictions} predictions`, decisions.length);
  }

  #requireOpen(round: number): void {
    const row = this.#connection.get<{ frozen: number | null }>('SELECT frozen_at_ms AS frozen FROM rounds WHERE idx = ?', [round]);
    if (!row || row.frozen === null) return;
    throw new SelfpasteError(
      'USAGE_ROUND_FROZEN',
      `Expected a round whose selection is still open, got round ${round}, frozen at ${new Date(row.frozen).toISOString()} for its student's training`,
      'change the policy or the verdicts for the next round, or start a new run',
    );
  }
}
