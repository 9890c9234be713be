import type { SqlValue } from '../connection.ts';
import type { RunDatabase } from '../run-database.ts';
import { type FactsTable, factsOf, marksAsked, marksImplied, parametersOf } from './label-conditions.ts';
import type { LabelFilter, LabelOrder } from './label-filter.ts';
import { lineOfObject } from './label-lineage.ts';
import { cellPaths, imagePath, linePath, type Measure, markCells, type Path } from './label-paths.ts';

/** So many rows are read and sorted within a page's time, wherever they lie; of more, a walk in order finds a page's rows soon. */
const SMALL: Readonly<Record<FactsTable, number>> = { predictions: 5000, pseudo_labels: 5000, label_marks: 10_000, suspicions: 10_000 };

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
  const scores = rangeOf('score', filter.minScore, filter.maxScore);
  const areas = rangeOf('area_px2', filter.minAreaPx2, filter.maxAreaPx2);
  const marks = [{ marks: marksImplied(filter, order) }, ...marksAsked(filter)].filter(
    // What is suspected is walked as fast as it is read: a suspicion holds its facts.
    (one) => one.marks.length > 0 && !(order === 'likely-wrong' && one.covered === 'suspicion'),
  );
  const both = (cells: (measure: Measure) => readonly Path[]) => [
    narrowed(cells('score'), scores),
    ...(areas.length === 0 ? [] : [narrowed(cells('area'), areas)]),
  ];
  const marked = marks.flatMap((one) => both((measure) => markCells(db, filter, measure, one)));
  return factsOf(filter) === 'label_marks' ? marked : [...marked, ...both((measure) => cellPaths(db, filter, measure))];
}

const narrowed = (paths: readonly Path[], ranges: readonly string[]): Path[] =>
  paths.map((path) => ({ ...path, where: [...path.where, ...ranges] }));

function rangeOf(column: 'score' | 'area_px2', min: number | undefined, max: number | undefined): string[] {
  const name = column === 'score' ? 'Score' : 'AreaPx2';
  return [...(min === undefined ? [] : [`l.${column} >= :min${name}`]), ...(max === undefined ? [] : [`l.${column} <= :max${name}`])];
}

/** Counts along the indexes only, and no further than it matters. */
function isSmall(db: RunDatabase, filter: LabelFilter, { paths, parameters }: SmallSet): boolean {
  let rows = 0;
  for (const { source, where, table, parameters: own } of paths) {
    rows += db.connection.one<{ rows: number }>(
      `SELECT count(*) AS rows FROM (SELECT 1 FROM ${source} WHERE ${where.join(' AND ')} LIMIT :limit)`,
      { ...parametersOf(filter), ...parameters, ...own, limit: SMALL[table] + 1 - rows },
    ).rows;
    if (rows > SMALL[table]) return false;
  }
  return true;
}
