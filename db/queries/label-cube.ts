import type { CategoryId } from '../../core/index.ts';
import { AREA_BANDS } from '../area-bands.ts';
import type { RunDatabase } from '../run-database.ts';
import { conditionsOf, parametersOf } from './label-conditions.ts';
import type { LabelFilter } from './label-filter.ts';
import { cellPaths, type Path } from './label-paths.ts';
import { smallSet } from './label-sets.ts';
import { SCORE_BINS } from './labels-stats.ts';

/** How many predictions share a class, a bin of scores and a band of areas. */
export interface LabelCubeCell {
  readonly category: CategoryId;
  /** Of {@link SCORE_BINS}. */
  readonly bin: number;
  /** Of {@link AREA_BANDS}. */
  readonly band: number;
  readonly labels: number;
}

/**
 * Counts the predictions of a filter by class, score and area together, so that any of the three is counted within bounds of the others.
 * Reads an index range by range; no statement stays open between two.
 */
export function* labelCube(db: RunDatabase, filter: LabelFilter): Generator<readonly LabelCubeCell[]> {
  const isOneSet = filter.line !== undefined || filter.image !== undefined;
  const set = isOneSet ? smallSet(db, filter, 'image') : undefined;
  const { paths, parameters } = set ?? { paths: cellPaths(db, filter, 'score'), parameters: {} };
  for (const path of paths) yield cellsOf(db, filter, path, parameters);
}

const BIN = `min(CAST(l.score * ${SCORE_BINS} AS INTEGER), ${SCORE_BINS - 1})`;
const BAND = AREA_BANDS.flatMap(({ belowPx2 }) => (belowPx2 === null ? [] : [`(l.area_px2 >= ${belowPx2})`])).join(' + ');

function cellsOf(db: RunDatabase, filter: LabelFilter, path: Path, parameters: Path['parameters']): LabelCubeCell[] {
  const conditions = [...path.where, ...conditionsOf(filter, path.table, path.covers)];
  return db.connection.all<LabelCubeCell>(
    `SELECT l.category_id AS category, ${BIN} AS bin, ${BAND} AS band, count(*) AS labels
     FROM ${path.source} ${path.link} WHERE ${conditions.join(' AND ')} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    { ...parametersOf(filter), ...parameters, ...path.parameters },
  );
}

/** Why labels of a round were kept or dropped: what of it there is. */
export const selectionReasons = (db: RunDatabase, round: number): string[] =>
  db.connection
    .all<{ reason: string }>('SELECT DISTINCT reason FROM selection_counts WHERE round = ? AND predictions > 0 ORDER BY reason', [round])
    .map(({ reason }) => reason);
