import type { RunDatabase } from '../run-database.ts';
import { conditionsOf, marksAsked, parametersOf, probesOf } from './label-conditions.ts';
import type { LabelFilter } from './label-filter.ts';
import { cellPaths, type Path } from './label-paths.ts';
import { smallSet } from './label-sets.ts';

/** How many predictions a filter has. Where all of them would have to be looked at, only that there are at least so many. */
export interface LabelCount {
  readonly labels: number;
  readonly exact: boolean;
}

/** Rows that are looked at before the rest is left uncounted: in an index, and where each must be looked up elsewhere. */
const MOST_ROWS = { inIndex: 200_000, lookedUp: 20_000 };

/**
 * Counts by the sums that the database keeps where the filter asks for no more, over the rows of a small set, or else over the rows of an
 * index up to a bound, so that nobody waits. `labelIds` counts exactly, and takes the time that it takes.
 */
export function countLabels(db: RunDatabase, filter: LabelFilter): LabelCount {
  return db.connection.view(() => {
    const sum = sumOf(filter);
    if (sum !== undefined) return { labels: summed(db, filter, sum), exact: true };
    const set = smallSet(db, filter, 'image');
    if (set) return { labels: set.paths.reduce((labels, path) => labels + countPath(db, filter, path, set.parameters), 0), exact: true };
    return countUpTo(db, filter);
  });
}

/** The sum that answers a filter alone, if there is one. */
function sumOf(filter: LabelFilter): string | undefined {
  const { status, reason, verdict, change, suspicion, category: _, round: __, ...more } = filter;
  const marks = [verdict, change, suspicion].filter((asked) => asked !== undefined);
  const selected = [status, reason].filter((asked) => asked !== undefined);
  if (Object.keys(more).length > 0 || verdict === 'none' || marks.length > 1 || (marks.length === 1 && selected.length > 0))
    return undefined;
  if (marks.length === 1) return 'mark_counts WHERE mark IN (SELECT value FROM json_each(:marks))';
  return selected.length === 0 ? 'score_counts WHERE TRUE' : 'selection_counts WHERE TRUE';
}

function summed(db: RunDatabase, filter: LabelFilter, sum: string): number {
  const asked = (['category', 'status', 'reason'] as const).filter((key) => filter[key] !== undefined);
  const conditions = asked.map((key) => ` AND ${key === 'category' ? 'category_id' : key} = :${key}`).join('');
  return db.connection.one<{ labels: number }>(
    `SELECT coalesce(sum(predictions), 0) AS labels FROM ${sum} AND round = :roundMeant${conditions}`,
    { ...parametersOf(filter), marks: JSON.stringify(marksAsked(filter).flatMap(({ marks }) => marks)) },
  ).labels;
}

function countPath(db: RunDatabase, filter: LabelFilter, path: Path, parameters: Path['parameters']): number {
  return db.connection.one<{ labels: number }>(
    `SELECT count(*) AS labels FROM ${path.source} ${path.link}
     WHERE ${[...path.where, ...conditionsOf(filter, path.table, path.covers)].join(' AND ')}`,
    { ...parametersOf(filter), ...parameters, ...path.parameters },
  ).labels;
}

function countUpTo(db: RunDatabase, filter: LabelFilter): LabelCount {
  const paths = cellPaths(db, filter, 'score');
  let left = paths.some((path) => isProbed(filter, path)) ? MOST_ROWS.lookedUp : MOST_ROWS.inIndex;
  let labels = 0;
  for (const path of paths) {
    const counted = countFirst(db, filter, path, left);
    labels += counted.labels;
    left -= counted.rows;
    if (left <= 0) return { labels, exact: false };
  }
  return { labels, exact: true };
}

/** Whether each row of a path has to be looked up in another table. */
const isProbed = (filter: LabelFilter, { table, covers }: Path): boolean =>
  probesOf(filter, table, covers).length > 0 || (table === 'label_marks' && (filter.status !== undefined || filter.reason !== undefined));

const COLUMNS = {
  predictions: 'l.id, l.round, l.category_id, l.score, l.area_px2',
  pseudo_labels: 'l.prediction_id, l.round, l.category_id, l.score, l.area_px2, l.status, l.reason',
  label_marks: 'l.prediction_id, l.round, l.category_id, l.score, l.area_px2, l.image_id',
  suspicions: 'l.prediction_id, l.round, l.category_id, l.score, l.area_px2, l.status, l.reason, l.image_id',
};

/** Of the first rows of a cell, how many there are and how many are of the filter. */
function countFirst(db: RunDatabase, filter: LabelFilter, path: Path, limit: number): { readonly labels: number; readonly rows: number } {
  const { table, covers, source, where, parameters } = path;
  const scores = (['min', 'max'] as const).flatMap((end) =>
    filter[`${end}Score`] === undefined ? [] : [`l.score ${end === 'min' ? '>=' : '<='} :${end}Score`],
  );
  return db.connection.one<{ labels: number; rows: number }>(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE ${conditionsOf(filter, table, covers).join(' AND ')}) AS labels
     FROM (SELECT ${COLUMNS[table]} FROM ${source} WHERE ${[...where, ...scores].join(' AND ')} LIMIT :limit) l`,
    { ...parametersOf(filter), ...parameters, limit },
  );
}
