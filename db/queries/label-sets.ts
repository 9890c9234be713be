import type { SqlValue } from '../connection.ts';
import type { RunDatabase } from '../run-database.ts';
import { marksImplied, parametersOf } from './label-conditions.ts';
import type { LabelFilter, LabelOrder } from './label-filter.ts';
import { lineOfObject } from './label-lineage.ts';
import { cellPaths, imagePath, linePath, markCells, type Path } from './label-paths.ts';

/** So many rows are read and sorted within a page's time, wherever they lie; of more, a walk in order finds a page's rows soon. */
const SMALL = 5000;

/** Paths that together reach every row of the filter, and few others. */
export interface SmallSet {
  readonly paths: readonly Path[];
  readonly parameters: Readonly<Record<string, SqlValue>>;
}

/** The first small set that some condition of the filter, or the order, makes; none where all are large. */
export function smallSet(db: RunDatabase, filter: LabelFilter, order: LabelOrder): SmallSet | undefined {
  if (filter.line !== undefined) return { paths: [linePath], parameters: { lineIds: JSON.stringify(lineOfObject(db, filter.line)) } };
  if (filter.image !== undefined) return { paths: [ofImage(filter)], parameters: {} };
  return candidates(db, filter, order)
    .map((paths) => ({ paths, parameters: {} }))
    .find((set) => isSmall(db, filter, set));
}

function ofImage(filter: LabelFilter): Path {
  const path = imagePath(filter);
  return { ...path, where: [...path.where, 'l.image_id = :image'] };
}

function candidates(db: RunDatabase, filter: LabelFilter, order: LabelOrder): Path[][] {
  const { minScore, maxScore, minAreaPx2, maxAreaPx2 } = filter;
  const narrowed = (paths: readonly Path[], ranges: readonly string[]) =>
    paths.map((path) => ({ ...path, where: [...path.where, ...ranges] }));
  const scores = rangeOf('score', minScore, maxScore);
  const areas = rangeOf('area_px2', minAreaPx2, maxAreaPx2);
  const implied = marksImplied(filter, order);
  return [
    ...(implied.length === 0 ? [] : [narrowed(markCells(db, filter, 'score', { marks: implied }), scores)]),
    ...(implied.length === 0 || areas.length === 0 ? [] : [narrowed(markCells(db, filter, 'area', { marks: implied }), areas)]),
    narrowed(cellPaths(db, filter, 'score'), scores),
    ...(areas.length === 0 ? [] : [narrowed(cellPaths(db, filter, 'area'), areas)]),
  ];
}

function rangeOf(column: 'score' | 'area_px2', min: number | undefined, max: number | undefined): string[] {
  const name = column === 'score' ? 'Score' : 'AreaPx2';
  return [...(min === undefined ? [] : [`l.${column} >= :min${name}`]), ...(max === undefined ? [] : [`l.${column} <= :max${name}`])];
}

/** Counts along the indexes only, and no further than it matters. */
function isSmall(db: RunDatabase, filter: LabelFilter, { paths, parameters }: SmallSet): boolean {
  let rows = 0;
  for (const { source, where, parameters: own } of paths) {
    rows += db.connection.one<{ rows: number }>(
      `SELECT count(*) AS rows FROM (SELECT 1 FROM ${source} WHERE ${where.join(' AND ')} LIMIT :limit)`,
      { ...parametersOf(filter), ...parameters, ...own, limit: SMALL + 1 - rows },
    ).rows;
    if (rows > SMALL) return false;
  }
  return true;
}
