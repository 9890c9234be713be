import { type CategoryId, expectation, type ImageId, type PredictionId, type Rle, SelfpasteError, type Size } from '../core/index.ts';
import type { Connection } from './connection.ts';
import { maskOf, type ShapeColumns } from './masks.ts';

/** What a verdict speaks of: one prediction, or all that a model says of an image, which can only be rejected. */
export type VerdictTarget =
  | { readonly of: 'prediction'; readonly prediction: PredictionId }
  | { readonly of: 'image'; readonly image: ImageId };

export type Judgement =
  | { readonly of: 'prediction'; readonly prediction: PredictionId; readonly verdict: 'accepted' | 'rejected' }
  | { readonly of: 'image'; readonly image: ImageId; readonly verdict: 'rejected' };

/** Who said so, why, and when. */
export interface Signature {
  readonly who: string;
  readonly why: string;
  readonly atMs: number;
}

/** A verdict with the object it speaks of, so that it can be recognized in later rounds. */
export type StoredVerdict = Signature &
  (
    | {
        readonly of: 'prediction';
        readonly prediction: PredictionId;
        readonly category: CategoryId;
        readonly mask: Rle;
        readonly verdict: 'accepted' | 'rejected';
      }
    | { readonly of: 'image'; readonly verdict: 'rejected' }
  );

type Row = Signature & { readonly verdict: 'accepted' | 'rejected' } & (
    | { readonly prediction: null }
    | ({ readonly prediction: PredictionId; readonly category: CategoryId } & ShapeColumns)
  );

/** People's decisions: at most one for each prediction and one for each image. */
export class Verdicts {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Records a decision; it replaces an earlier one about the same target.
   * @throws SelfpasteError USAGE_NO_PREDICTION or USAGE_NO_IMAGE where the target does not exist
   */
  decide(judgement: Judgement, signature: Signature): void {
    this.#connection.transaction(() => {
      const image = this.#imageOf(judgement);
      this.withdraw(judgement);
      this.#connection.run(
        `INSERT INTO verdicts (image_id, prediction_id, verdict, who, why, at_ms) VALUES (:image, :prediction, :verdict, :who, :why, :atMs)`,
        { ...signature, image, prediction: judgement.of === 'prediction' ? judgement.prediction : null, verdict: judgement.verdict },
      );
    });
  }

  /** Takes a decision back: the policy decides again. @returns whether there was one */
  withdraw(target: VerdictTarget): boolean {
    const { changes } =
      target.of === 'prediction'
        ? this.#connection.run('DELETE FROM verdicts WHERE prediction_id = ?', [target.prediction])
        : this.#connection.run('DELETE FROM verdicts WHERE image_id = ? AND prediction_id IS NULL', [target.image]);
    return changes > 0;
  }

  /** All decisions about an image, of every round, in the order in which they were made. */
  ofImage(image: { readonly id: ImageId; readonly size: Size }): StoredVerdict[] {
    return this.#connection
      .all<Row>(
        `SELECT v.prediction_id AS prediction, v.verdict, v.who, v.why, v.at_ms AS atMs,
           p.category_id AS category, p.x1, p.y1, p.x2, p.y2, p.rle
         FROM verdicts v LEFT JOIN predictions p ON p.id = v.prediction_id WHERE v.image_id = ? ORDER BY v.id`,
        [image.id],
      )
      .map((row) => verdictOf(row, image.size));
  }

  count(): Readonly<Record<'accepted' | 'rejected', number>> {
    return this.#connection.one<{ accepted: number; rejected: number }>(
      `SELECT count(*) FILTER (WHERE verdict = 'accepted') AS accepted, count(*) FILTER (WHERE verdict = 'rejected') AS rejected FROM verdicts`,
    );
  }

  #imageOf(target: VerdictTarget): ImageId {
    const row =
      target.of === 'prediction'
        ? this.#connection.get<{ image: ImageId }>('SELECT image_id AS image FROM predictions WHERE id = ?', [target.prediction])
        : this.#connection.get<{ image: ImageId }>('SELECT id AS image FROM images WHERE id = ?', [target.image]);
    if (!row) throw noTarget(target);
    return row.image;
  }
}

function verdictOf(row: Row, size: Size): StoredVerdict {
  const signature: Signature = { who: row.who, why: row.why, atMs: row.atMs };
  if (row.prediction === null) return { ...signature, of: 'image', verdict: 'rejected' };
  return {
    ...signature,
    of: 'prediction',
    prediction: row.prediction,
    category: row.category,
    mask: maskOf(row, size),
    verdict: row.verdict,
  };
}

/** The target of a verdict that the database does not have. */
function noTarget(target: VerdictTarget): SelfpasteError {
  return target.of === 'prediction' ? noPrediction(target.prediction) : noImage(target.image);
}

export function noPrediction(id: PredictionId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_PREDICTION',
    expectation('prediction', 'the id of a prediction of this run', id),
    'list the predictions and their ids with `selfpaste labels list`',
  );
}

export function noImage(id: ImageId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_IMAGE',
    expectation('image', 'the id of an image of this run', id),
    'list predictions with the ids of their images with `selfpaste labels list`',
  );
}
