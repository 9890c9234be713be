import {
  badValue,
  type CandidateSet,
  type CategoryId,
  type ImageId,
  type ModelId,
  packCandidates,
  unpackCandidates,
} from '../core/index.ts';
import type { Connection } from './connection.ts';
import { inPages } from './paging.ts';

/** What a model says of a human-labeled image that it did not train on, and what the truth says of that. */
export interface Calibration {
  /** Their ids are not those of rows. */
  readonly candidates: CandidateSet;
  /** One a candidate: 0 no object, 1 an object, 2 only a crowd. */
  readonly outcomes: Uint8Array;
  /** Objects of the image by category, without crowds. */
  readonly truths: ReadonlyMap<CategoryId, number>;
}

interface Row {
  readonly image: ImageId;
  readonly candidates: Uint8Array;
  readonly outcomes: Uint8Array;
  readonly truths: string;
}

const PAGE = 200;

/** How right models are, image by image. */
export class Calibrations {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Writes what was measured of a model on an image, in the place of what was measured before. */
  record(model: ModelId, image: ImageId, { candidates, outcomes, truths }: Calibration): void {
    const count = candidates.ids.length;
    if (outcomes.length !== count) throw badValue('outcomes', `one for each of ${count} candidates`, outcomes.length);
    this.#connection.run(
      `INSERT INTO calibration_sets (model_id, image_id, candidates, outcomes, truths) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET candidates = excluded.candidates, outcomes = excluded.outcomes, truths = excluded.truths`,
      [model, image, packCandidates(candidates), outcomes, JSON.stringify([...truths])],
    );
  }

  /** Whether anything was measured of a model. */
  has(model: ModelId): boolean {
    return this.#connection.get('SELECT 1 FROM calibration_sets WHERE model_id = ? LIMIT 1', [model]) !== undefined;
  }

  /** By image. The caller may wait or write between two images. */
  *ofModel(model: ModelId): Generator<{ readonly image: ImageId } & Calibration> {
    for (const { image, candidates, outcomes, truths } of this.#rows(model))
      yield { image, candidates: unpackCandidates(candidates), outcomes, truths: new Map(JSON.parse(truths)) };
  }

  #rows(model: ModelId): Generator<Row> {
    return inPages((after: Row | undefined) =>
      this.#connection.all<Row>(
        `SELECT image_id AS image, candidates, outcomes, truths FROM calibration_sets WHERE model_id = ? AND image_id > ?
         ORDER BY image_id LIMIT ?`,
        [model, after?.image ?? Number.MIN_SAFE_INTEGER, PAGE],
      ),
    );
  }
}
