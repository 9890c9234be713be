import type { ImageId, PredictionId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import { inPages } from '../paging.ts';
import { type PredictionColumns, predictionOf, type StoredPrediction } from '../predictions.ts';
import type { RunDatabase } from '../run-database.ts';
import { standingLabels } from './round-before.ts';

/** What was kept on an image in two rounds, and which prediction of the earlier one each of the later one continues. */
export interface KeptInTurn {
  readonly image: ImageRow;
  readonly current: readonly StoredPrediction[];
  readonly previous: readonly StoredPrediction[];
  /** Those of the earlier ones that no person has rejected or corrected since: what is no label by a person's word did not die of a round. */
  readonly standing: ReadonlySet<PredictionId>;
  readonly lineage: ReadonlyMap<PredictionId, PredictionId>;
}

/** Images with a label in one of two rounds, by id. The caller may wait or write between two images. */
export function* keptInTurn(db: RunDatabase, from: number, to: number): Generator<KeptInTurn> {
  for (const image of labeledImages(db, from, to))
    yield {
      image,
      current: keptOn(db, to, image),
      previous: keptOn(db, from, image),
      standing: standingLabels(db, from, image),
      lineage: lineageAcross(db, from, to, image.id),
    };
}

const PAGE = 200;

function labeledImages(db: RunDatabase, from: number, to: number): Generator<ImageRow> {
  return inPages((after: ImageRow | undefined) =>
    db.connection
      .all<ImageColumns>(
        `SELECT i.* FROM images i WHERE i.id > :after AND EXISTS (
           SELECT 1 FROM selections s NOT INDEXED WHERE s.round IN (:from, :to) AND s.image_id = i.id AND s.kept > 0
         ) ORDER BY i.id LIMIT :limit`,
        { from, to, after: after?.id ?? Number.MIN_SAFE_INTEGER, limit: PAGE },
      )
      .map(imageOf),
  );
}

function keptOn(db: RunDatabase, round: number, image: ImageRow): StoredPrediction[] {
  return db.connection
    .all<PredictionColumns>(
      `SELECT p.* FROM pseudo_labels s NOT INDEXED CROSS JOIN predictions p NOT INDEXED ON p.id = s.prediction_id
       WHERE s.round = ? AND s.image_id = ? AND s.status = 'kept' ORDER BY s.prediction_id`,
      [round, image.id],
    )
    .map((row) => predictionOf(row, image.size));
}

/** Follows what each prediction was through all rounds between, also where it was not a label there. */
function lineageAcross(db: RunDatabase, from: number, to: number, image: ImageId): Map<PredictionId, PredictionId> {
  let lineage = lineageOf(db, to, image);
  for (let round = to - 1; round > from; round--) {
    const before = lineageOf(db, round, image);
    lineage = new Map(
      [...lineage].flatMap(([id, middle]) => {
        const first = before.get(middle);
        return first === undefined ? [] : [[id, first] as const];
      }),
    );
  }
  return lineage;
}

function lineageOf(db: RunDatabase, round: number, image: ImageId): Map<PredictionId, PredictionId> {
  const rows = db.connection.all<{ id: PredictionId; previous: PredictionId }>(
    `SELECT prediction_id AS id, previous_id AS previous FROM pseudo_labels NOT INDEXED
     WHERE round = ? AND image_id = ? AND previous_id IS NOT NULL ORDER BY prediction_id`,
    [round, image],
  );
  return new Map(rows.map(({ id, previous }) => [id, previous]));
}
