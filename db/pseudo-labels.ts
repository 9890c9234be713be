import { badValue, type Change, type ImageId, type PredictionId, SelfpasteError, type Suspicion, type VerdictId } from '../core/index.ts';
import type { Connection } from './connection.ts';
import { type ImageColumns, type ImageRow, imageOf } from './images.ts';
import type { Recorded } from './labeling.ts';
import { inPages } from './paging.ts';

/** What became of a prediction, and why. Weight 0..1 is that of its loss. */
export type SelectionDecision =
  | { readonly prediction: PredictionId; readonly status: 'kept'; readonly reason: string; readonly weight: number }
  | { readonly prediction: PredictionId; readonly status: 'dropped'; readonly reason: string };

/** The decisions about all predictions of an image, and what was found with them. */
export interface ImageSelection {
  readonly round: number;
  readonly image: ImageId;
  readonly decisions: readonly SelectionDecision[];
  /** Which prediction of the round before each one continues. */
  readonly lineage: ReadonlyMap<PredictionId, PredictionId>;
  /** Verdicts whose drawings are labels of the image, whatever its teacher says. */
  readonly drawn: readonly VerdictId[];
  readonly changes: readonly Change[];
  readonly suspicions: readonly Suspicion[];
}

/** Images by what was kept on them. */
export interface SelectionCounts {
  /** Images with a label, kept or drawn: these are what the student sees. */
  readonly withLabels: number;
  readonly withoutLabels: number;
  readonly kept: number;
  /** Labels by people's hands. */
  readonly drawn: number;
  readonly dropped: number;
}

const PAGE = 500;

/** In the order in which they are emptied: as selections go, the sums are taken from pseudo-labels that are still there. */
const SELECTION_TABLES = ['selections', 'pseudo_labels', 'drawn_labels', 'label_changes', 'suspicions'] as const;

/** The selection of each round. It can be made anew until the round is frozen. */
export class PseudoLabels {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Writes the decisions about an image, or nothing. An image keeps its selection, so that an interrupted one goes on, unless people said
   * something of the image since. What they said is read in the same transaction, so that nothing comes in between.
   */
  record(selection: ImageSelection): Recorded {
    return this.#connection.transaction(() => {
      const heard = this.#heardBy(selection);
      if (heard !== undefined) {
        if (heard === this.#revisionOf(selection.image)) return 'known';
        this.#forget(selection);
      }
      this.#requireAll(selection);
      for (const decision of selection.decisions) this.#insert(selection, decision);
      for (const verdict of selection.drawn) this.#insertDrawn(selection, verdict);
      for (const change of selection.changes) this.#insertChange(selection, change);
      for (const [suspicion, isStrongest] of ranked(selection.suspicions)) this.#insertSuspicion(selection, suspicion, isStrongest);
      this.#insertSelection(selection);
      return 'recorded';
    });
  }

  /**
   * Images that were labeled in a round but have no selection yet, or one that has not heard all that people said, by id. The caller may
   * record selections while it reads.
   */
  pending(round: number): Generator<ImageRow> {
    return inPages((after: ImageRow | undefined) =>
      this.#connection
        .all<ImageColumns>(
          `SELECT i.* FROM label_attempts a CROSS JOIN images i ON i.id = a.image_id
           LEFT JOIN selections s ON s.round = a.round AND s.image_id = a.image_id
           LEFT JOIN image_words w ON w.image_id = a.image_id
           WHERE a.round = :round AND a.image_id > :after AND a.status = 'done'
             AND (s.image_id IS NULL OR s.heard <> coalesce(w.revision, 0))
           ORDER BY a.image_id LIMIT :limit`,
          { round, after: after?.id ?? Number.MIN_SAFE_INTEGER, limit: PAGE },
        )
        .map(imageOf),
    );
  }

  counts(round: number): SelectionCounts {
    return this.#connection.one<SelectionCounts>(
      `SELECT count(*) FILTER (WHERE kept + drawn > 0) AS withLabels, count(*) FILTER (WHERE kept + drawn = 0) AS withoutLabels,
         coalesce(sum(kept), 0) AS kept, coalesce(sum(drawn), 0) AS drawn, coalesce(sum(dropped), 0) AS dropped
       FROM selections WHERE round = ?`,
      [round],
    );
  }

  /**
   * Forgets the selection of a round and what was found with it, to make it anew under another policy or other verdicts.
   * @throws SelfpasteError USAGE_ROUND_FROZEN once training has started on it
   */
  clear(round: number): void {
    this.#connection.transaction(() => {
      this.#requireOpen(round);
      for (const table of SELECTION_TABLES) this.#connection.run(`DELETE FROM ${table} WHERE round = ?`, [round]);
    });
  }

  #heardBy({ round, image }: ImageSelection): number | undefined {
    return this.#connection.get<{ heard: number }>('SELECT heard FROM selections WHERE round = ? AND image_id = ?', [round, image])?.heard;
  }

  #revisionOf(image: ImageId): number {
    return this.#connection.get<{ revision: number }>('SELECT revision FROM image_words WHERE image_id = ?', [image])?.revision ?? 0;
  }

  #forget({ round, image }: ImageSelection): void {
    for (const table of SELECTION_TABLES) this.#connection.run(`DELETE FROM ${table} WHERE round = ? AND image_id = ?`, [round, image]);
  }

  #insert({ round, image, lineage }: ImageSelection, decision: SelectionDecision): void {
    const { changes } = this.#connection.run(
      `INSERT INTO pseudo_labels (round, image_id, prediction_id, category_id, score, area_px2, status, reason, weight, previous_id)
       SELECT round, image_id, id, category_id, score, area_px2, ?, ?, ?, ? FROM predictions WHERE id = ? AND round = ? AND image_id = ?`,
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

  #insertDrawn({ round, image }: ImageSelection, verdict: VerdictId): void {
    this.#connection.run('INSERT INTO drawn_labels (round, image_id, verdict_id) VALUES (?, ?, ?)', [round, image, verdict]);
  }

  #insertChange({ round, image }: ImageSelection, change: Change): void {
    this.#connection.run(
      `INSERT INTO label_changes (round, kind, iou, prediction_id, previous_id, image_id, category_id)
       VALUES (:round, :kind, :iou, :prediction, :previous, :image, :category)`,
      { ...change, round, image },
    );
  }

  #insertSuspicion({ round, image }: ImageSelection, suspicion: Suspicion, isStrongest: boolean): void {
    const { changes } = this.#connection.run(
      `INSERT INTO suspicions
         (round, kind, strength, prediction_id, image_id, other_id, strongest, category_id, score, area_px2, status, reason)
       SELECT round, :kind, :strength, prediction_id, image_id, :other, :strongest, category_id, score, area_px2, status, reason
       FROM pseudo_labels WHERE round = :round AND image_id = :image AND prediction_id = :prediction`,
      { ...suspicion, round, image, strongest: isStrongest ? 1 : 0 },
    );
    if (changes !== 1) throw badValue('suspicion', `of a prediction of round ${round} on image ${image}`, suspicion.prediction);
  }

  /** Last of an image's rows: the sums over decisions are taken as it comes. */
  #insertSelection({ round, image, decisions, drawn }: ImageSelection): void {
    const kept = decisions.filter(({ status }) => status === 'kept').length;
    this.#connection.run('INSERT INTO selections (round, image_id, kept, dropped, drawn, heard) VALUES (?, ?, ?, ?, ?, ?)', [
      round,
      image,
      kept,
      decisions.length - kept,
      drawn.length,
      this.#revisionOf(image),
    ]);
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

/** Each suspicion, and whether it is the strongest one of its prediction (of equal ones the first). */
function ranked(suspicions: readonly Suspicion[]): (readonly [Suspicion, boolean])[] {
  const strongest = new Map<PredictionId, Suspicion>();
  for (const suspicion of suspicions) {
    const before = strongest.get(suspicion.prediction);
    if (!before || suspicion.strength > before.strength) strongest.set(suspicion.prediction, suspicion);
  }
  return suspicions.map((suspicion) => [suspicion, strongest.get(suspicion.prediction) === suspicion]);
}
