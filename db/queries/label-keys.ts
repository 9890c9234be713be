import type { CategoryId, PredictionId } from '../../core/index.ts';
import type { SqlValue } from '../connection.ts';
import type { RunDatabase } from '../run-database.ts';
import { changeOf, conditionsOf, ID_OF, parametersOf, roundMeant, suspicionOf } from './label-conditions.ts';
import type { LabelCursor, LabelFilter, LabelOrder } from './label-filter.ts';
import { type KeyReader, mergeKeys } from './label-merge.ts';
import { cellPaths, changePaths, imagePath, linePath, type Path, suspicionPath } from './label-paths.ts';
import { inwardReader, ringReader } from './label-rings.ts';
import { type SmallSet, smallSet } from './label-sets.ts';
import { thresholdsOf } from './label-thresholds.ts';

/** By rank and then by id, both upwards (1) or both downwards (-1). */
const DIRECTION: Readonly<Record<LabelOrder, 1 | -1>> = {
  'score-desc': -1,
  'score-asc': 1,
  image: 1,
  'area-desc': -1,
  'area-asc': 1,
  'least-certain': 1,
  'most-changed': 1,
  'likely-wrong': -1,
};

/** From the first key to the last, or from the last to the first. */
export type Way = 'forward' | 'backward';

const directionOf = (order: LabelOrder, way: Way): 1 | -1 => (way === 'forward' ? DIRECTION[order] : DIRECTION[order] === 1 ? -1 : 1);

/**
 * Reads the keys of a list, page by page. Where some condition of the filter leaves only a small set, that is read whole and sorted;
 * else rows are walked in the order of an index, from where the page begins to where it ends.
 */
export function keyReader(db: RunDatabase, filter: LabelFilter, order: LabelOrder, way: Way = 'forward'): KeyReader {
  if (isContradiction(db, filter, order)) return () => [];
  const set = smallSet(db, filter, order);
  return set ? setReader(db, filter, order, set, way) : walkingReader(db, filter, order, way);
}

/** Where a label stands in an order, whether the filter holds of it or not; undefined where the order has no place for it. */
export function keyOf(db: RunDatabase, filter: LabelFilter, order: LabelOrder, id: PredictionId): LabelCursor | undefined {
  const { change, suspicion } = filter;
  const ranked = {
    ...(order === 'most-changed' && change !== undefined ? { change } : {}),
    ...(order === 'likely-wrong' && suspicion !== undefined ? { suspicion } : {}),
  };
  const itself = { paths: [linePath], parameters: { lineIds: JSON.stringify([id]) } };
  return rankedSet(db, { round: roundMeant(filter), line: id, ...ranked }, order, itself)[0];
}

/** Only what was kept has changed, so that to look for what was dropped is to go over all changes in vain. */
function isContradiction(db: RunDatabase, filter: LabelFilter, order: LabelOrder): boolean {
  const { status, reason } = filter;
  if ((filter.change === undefined && order !== 'most-changed') || (status === undefined && reason === undefined)) return false;
  const kept: LabelFilter = { round: roundMeant(filter), status: 'kept', ...(reason === undefined ? {} : { reason }) };
  return status === 'dropped' || cellPaths(db, kept, 'score').length === 0;
}

type Compare = (a: LabelCursor, b: LabelCursor) => number;

const comparing =
  (order: LabelOrder, way: Way): Compare =>
  (a, b) =>
    directionOf(order, way) * (a.rank - b.rank || a.id - b.id);

/** Walks whatever the filter is, but for lines of objects, which are always small sets. */
export function walkingReader(db: RunDatabase, filter: LabelFilter, order: LabelOrder, way: Way = 'forward'): KeyReader {
  if (order === 'least-certain') return way === 'forward' ? ringReader(db, filter) : inwardReader(db, filter);
  const statements = new Map<string, WalkStatements>();
  const readers = walksOf(db, filter, order, way).map((walk) => {
    // Hundreds of walks differ in their parameters alone.
    const own = statements.get(walk.source) ?? walkStatements(filter, directionOf(order, way), walk);
    statements.set(walk.source, own);
    return walkReader(db, own, { ...parametersOf(filter), ...walk.parameters });
  });
  return (after, limit) => mergeKeys(readers, comparing(order, way), after, limit);
}

function setReader(db: RunDatabase, filter: LabelFilter, order: LabelOrder, set: SmallSet, way: Way): KeyReader {
  const compare = comparing(order, way);
  return (after, limit) => {
    const keys = rankedSet(db, filter, order, set);
    const rest = after ? keys.filter((key) => compare(key, after) > 0) : keys;
    return rest.sort(compare).slice(0, limit);
  };
}

/** The keys of a small set, in any order. */
function rankedSet(db: RunDatabase, filter: LabelFilter, order: LabelOrder, { paths, parameters }: SmallSet): LabelCursor[] {
  const threshold = thresholdsOf(db, roundMeant(filter));
  const keys = paths.flatMap((path) => {
    const { rank, link } = rankInSet(order, filter, path);
    return db.connection.all<LabelCursor & { readonly category: CategoryId }>(
      `SELECT ${ID_OF[path.table]} AS id, ${rank} AS rank, l.category_id AS category FROM ${path.source} ${path.link} ${link}
       WHERE ${[...path.where, ...conditionsOf(filter, path.table, path.covers)].join(' AND ')}`,
      { ...parametersOf(filter), ...parameters, ...path.parameters },
    );
  });
  return keys.map(({ id, rank, category }) => ({ id, rank: order === 'least-certain' ? Math.abs(rank - threshold(category)) : rank }));
}

function rankInSet(order: LabelOrder, filter: LabelFilter, { table }: Path): { readonly rank: string; readonly link: string } {
  const id = ID_OF[table];
  if (order === 'most-changed') return { rank: 'o.iou', link: `CROSS JOIN label_changes o ON ${changeOf(filter, 'o', id)}` };
  if (order === 'likely-wrong') return { rank: 'o.strength', link: `CROSS JOIN suspicions o ON ${suspicionOf(filter, 'o', id)}` };
  return { rank: RANK_OF_FACTS[order], link: '' };
}

const RANK_OF_FACTS = {
  'score-desc': 'l.score',
  'score-asc': 'l.score',
  'least-certain': 'l.score',
  image: 'l.image_id',
  'area-desc': 'l.area_px2',
  'area-asc': 'l.area_px2',
} as const;

/** A path whose rows come in the order of a list. */
interface Walk extends Path {
  readonly rank: string;
  readonly sort: string;
}

function walksOf(db: RunDatabase, filter: LabelFilter, order: Exclude<LabelOrder, 'least-certain'>, way: Way): Walk[] {
  const sorted = (path: Path, rank: string, id = ID_OF[path.table]): Walk => {
    const sort = directionOf(order, way) === 1 ? 'ASC' : 'DESC';
    return { ...path, rank, sort: `${rank} ${sort}, ${id} ${sort}` };
  };
  if (order === 'image') return [sorted(imagePath(filter), 'l.image_id')];
  if (order === 'most-changed') return changePaths(filter).map((path) => sorted(path, 'm.iou', 'm.prediction_id'));
  if (order === 'likely-wrong') return [sorted(suspicionPath(filter), 'l.strength')];
  const measure = order.startsWith('score') ? 'score' : 'area';
  return cellPaths(db, filter, measure).map((path) => sorted(path, RANK_OF_FACTS[order]));
}

/** The first keys of a walk, and those after a key. */
interface WalkStatements {
  readonly first: string;
  readonly next: string;
}

function walkStatements(filter: LabelFilter, direction: 1 | -1, walk: Walk): WalkStatements {
  const id = walk.link === '' ? ID_OF[walk.table] : 'm.prediction_id';
  const conditions = [...walk.where, ...conditionsOf(filter, walk.table, walk.covers)];
  const seek = `(${walk.rank}, ${id}) ${direction === 1 ? '>' : '<'} (:afterRank, :afterId)`;
  const statement = (where: readonly string[]) =>
    `SELECT ${id} AS id, ${walk.rank} AS rank FROM ${walk.source} ${walk.link} WHERE ${where.join(' AND ')} ORDER BY ${walk.sort} LIMIT :limit`;
  return { first: statement(conditions), next: statement([...conditions, seek]) };
}

const walkReader =
  (db: RunDatabase, { first, next }: WalkStatements, parameters: Readonly<Record<string, SqlValue>>): KeyReader =>
  (after, limit) =>
    after
      ? db.connection.all<LabelCursor>(next, { ...parameters, limit, afterRank: after.rank, afterId: after.id })
      : db.connection.all<LabelCursor>(first, { ...parameters, limit });
