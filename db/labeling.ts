import {
  badValue,
  type CandidateFacts,
  type CandidateSet,
  candidateSet,
  type ImageId,
  type MaskOverlaps,
  type ModelId,
  maskOverlaps,
  type Prediction,
  type PredictionId,
  packCandidates,
  requireOverlapsOf,
  rle,
  type Size,
  sameSize,
  showSize,
  unpackCandidates,
} from '../core/index.ts';
import type { Connection } from './connection.ts';
import { type ImageColumns, type ImageRow, imageOf } from './images.ts';
import { maskText } from './masks.ts';
import { inPages } from './paging.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from './predictions.ts';

/** Which image was tried in which round, by which model, when, and how long it took. */
export interface AttemptFacts {
  readonly round: number;
  readonly image: ImageId;
  readonly model: ModelId;
  readonly durationMs: number;
  readonly createdAtMs: number;
}

/** `recorded` wrote rows; `known` found the image done in this round already and changed nothing. */
export type Recorded = 'recorded' | 'known';

/** An image that could not be labeled in a round, and why. */
export interface FailedAttempt {
  readonly round: number;
  readonly image: ImageId;
  readonly fileName: string;
  readonly reason: string;
  readonly createdAtMs: number;
}

/** Images of a round by how far labeling came. */
export interface AttemptCounts {
  readonly done: number;
  readonly failed: number;
  readonly pending: number;
  /** Of the done ones, those on which the model found nothing above the floor. */
  readonly withoutPredictions: number;
}

interface SetColumns extends Size {
  readonly image: ImageId;
  readonly candidates: Uint8Array | null;
}

const PAGE = 500;

const INSERT_PREDICTION = `INSERT INTO predictions (round, image_id, model_id, category_id, score, x1, y1, x2, y2, area_px2, rle,
  mask_probability, mask_stability, flip_agreement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** What teachers said of the unlabeled images: one attempt an image and round, with its predictions. */
export class Labeling {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Writes an attempt and all its predictions, or nothing. A failed attempt of the same round gives way; a done one stays as it is.
   * Several images in one `transaction` go about twice as fast; where one of them fails, none is written.
   * @param overlaps of the predictions' masks, as {@link maskOverlaps} measures them
   */
  recordDone(attempt: AttemptFacts, predictions: readonly Prediction[], overlaps: MaskOverlaps): Recorded {
    requireOverlapsOf(predictions.length, overlaps);
    return this.#connection.part(() => {
      if (!this.#recordAttempt(attempt, 'done', null, predictions.length)) return 'known';
      const size = this.#sizeOf(attempt.image);
      const candidates = predictions.map((prediction) => this.#insert(attempt, size, prediction));
      this.#insertSet(attempt, candidateSet(candidates, overlaps));
      return 'recorded';
    });
  }

  /** Writes that an image could not be labeled, so that the run goes on without it. */
  recordFailed(attempt: AttemptFacts, reason: string): Recorded {
    return this.#recordAttempt(attempt, 'failed', reason, 0) ? 'recorded' : 'known';
  }

  /** Unlabeled images that have no attempt of a round, by id. The caller may record attempts while it reads. */
  pending(round: number): Generator<ImageRow> {
    return inPages((after: ImageRow | undefined) =>
      this.#connection
        .all<ImageColumns>(
          `SELECT i.* FROM images i WHERE i.subset = 'unlabeled' AND i.id > ?
           AND NOT EXISTS (SELECT 1 FROM label_attempts a WHERE a.round = ? AND a.image_id = i.id) ORDER BY i.id LIMIT ?`,
          [after?.id ?? Number.MIN_SAFE_INTEGER, round, PAGE],
        )
        .map(imageOf),
    );
  }

  counts(round: number): AttemptCounts {
    const counted = this.#connection.one<{ done: number; failed: number; withoutPredictions: number; images: number }>(
      `SELECT count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'failed') AS failed,
         count(*) FILTER (WHERE status = 'done' AND predictions = 0) AS withoutPredictions,
         (SELECT count(*) FROM images WHERE subset = 'unlabeled') AS images
       FROM label_attempts WHERE round = ?`,
      [round],
    );
    const { images, ...counts } = counted;
    return { ...counts, pending: images - counts.done - counts.failed };
  }

  /** Whether a model labeled an image in a round. */
  isLabeledBy(model: ModelId, round: number, image: ImageId): boolean {
    const sql = `SELECT 1 FROM label_attempts WHERE round = ? AND image_id = ? AND model_id = ? AND status = 'done'`;
    return this.#connection.get(sql, [round, image, model]) !== undefined;
  }

  /** The first ones, by image; {@link counts} knows how many there are. */
  failed(round: number, limit: number): FailedAttempt[] {
    return this.#connection.all<FailedAttempt>(
      `SELECT a.round, a.image_id AS image, i.file_name AS fileName, a.reason, a.created_at_ms AS createdAtMs
       FROM label_attempts a JOIN images i ON i.id = a.image_id WHERE a.round = ? AND a.status = 'failed'
       ORDER BY a.image_id LIMIT ?`,
      [round, limit],
    );
  }

  /** Makes the failed images of a round pending again. @returns how many */
  retryFailed(round: number): number {
    return this.#connection.run(`DELETE FROM label_attempts WHERE round = ? AND status = 'failed'`, [round]).changes;
  }

  /** What the model said of an image in a round, by id. */
  predictions(round: number, image: { readonly id: ImageId; readonly size: Size }): StoredPrediction[] {
    return this.#connection
      .all<PredictionColumns>('SELECT * FROM predictions WHERE round = ? AND image_id = ? ORDER BY id', [round, image.id])
      .map((row) => predictionOf(row, image.size));
  }

  /** What selection needs of an image's predictions. An image that version 1 labeled has no such set: it is made from the masks. */
  candidates(round: number, image: { readonly id: ImageId; readonly size: Size }): CandidateSet {
    const row = this.#connection.get<{ candidates: Uint8Array }>('SELECT candidates FROM candidate_sets WHERE round = ? AND image_id = ?', [
      round,
      image.id,
    ]);
    if (row) return unpackCandidates(row.candidates);
    const predictions = this.predictions(round, image);
    return candidateSet(predictions, maskOverlaps(predictions.map(({ mask }) => mask)));
  }

  /** The candidates of all images that were labeled in a round, by image. The caller may wait or write between two images. */
  *candidateSets(round: number): Generator<{ readonly image: ImageId; readonly candidates: CandidateSet }> {
    for (const { image, ...size } of this.#setsOf(round))
      yield {
        image,
        candidates: size.candidates === null ? this.candidates(round, { id: image, size }) : unpackCandidates(size.candidates),
      };
  }

  /** Images that were labeled in a round, by id, also those without predictions. */
  labeled(round: number): Generator<ImageRow> {
    return inPages((after: ImageRow | undefined) =>
      this.#connection
        .all<ImageColumns>(
          `SELECT i.* FROM label_attempts a CROSS JOIN images i ON i.id = a.image_id
           WHERE a.round = ? AND a.image_id > ? AND a.status = 'done' ORDER BY a.image_id LIMIT ?`,
          [round, after?.id ?? Number.MIN_SAFE_INTEGER, PAGE],
        )
        .map(imageOf),
    );
  }

  #setsOf(round: number): Generator<SetColumns> {
    return inPages((after: SetColumns | undefined) =>
      this.#connection.all<SetColumns>(
        `SELECT a.image_id AS image, i.width, i.height, c.candidates FROM label_attempts a CROSS JOIN images i ON i.id = a.image_id
         LEFT JOIN candidate_sets c ON c.round = a.round AND c.image_id = a.image_id
         WHERE a.round = ? AND a.image_id > ? AND a.status = 'done' ORDER BY a.image_id LIMIT ?`,
        [round, after?.image ?? Number.MIN_SAFE_INTEGER, PAGE],
      ),
    );
  }

  #recordAttempt(attempt: AttemptFacts, status: 'done' | 'failed', reason: string | null, predictions: number): boolean {
    const { changes } = this.#connection.run(
      `INSERT INTO label_attempts (round, image_id, status, reason, model_id, predictions, duration_ms, created_at_ms)
       VALUES (:round, :image, :status, :reason, :model, :predictions, :durationMs, :createdAtMs)
       ON CONFLICT (round, image_id) DO UPDATE SET status = excluded.status, reason = excluded.reason, model_id = excluded.model_id,
         predictions = excluded.predictions, duration_ms = excluded.duration_ms, created_at_ms = excluded.created_at_ms
       WHERE status = 'failed'`,
      { ...attempt, status, reason, predictions },
    );
    return changes > 0;
  }

  #insert({ round, image, model }: AttemptFacts, size: Size, prediction: Prediction): CandidateFacts {
    const { category, score, box, mask, quality } = prediction;
    if (!sameSize(mask.size, size)) throw badValue('mask size', `the image's ${showSize(size)}`, showSize(mask.size));
    const areaPx2 = rle.area(mask);
    const { id } = this.#connection.run(INSERT_PREDICTION, [
      round,
      image,
      model,
      category,
      score,
      box.x1,
      box.y1,
      box.x2,
      box.y2,
      areaPx2,
      maskText(mask),
      quality?.probability ?? null,
      quality?.stability ?? null,
      quality?.flipAgreement ?? null,
    ]);
    return quality ? { id: id as PredictionId, category, score, areaPx2, quality } : { id: id as PredictionId, category, score, areaPx2 };
  }

  /** Last of an image's rows: as it comes, the sums over predictions may be brought forward. */
  #insertSet({ round, image }: AttemptFacts, candidates: CandidateSet): void {
    this.#connection.run('INSERT INTO candidate_sets (round, image_id, candidates) VALUES (?, ?, ?)', [
      round,
      image,
      packCandidates(candidates),
    ]);
  }

  #sizeOf(image: ImageId): Size {
    return this.#connection.one<Size>('SELECT width, height FROM images WHERE id = ?', [image]);
  }
}
