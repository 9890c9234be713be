import type { PredictionId } from '../../core/index.ts';
import type { SqlValue } from '../connection.ts';
import type { RunDatabase } from '../run-database.ts';
import { conditionsOf, ID_OF, parametersOf, roundMeant } from './label-conditions.ts';
import type { LabelCursor, LabelFilter } from './label-filter.ts';
import type { KeyReader } from './label-merge.ts';
import { type Cell, cellPaths } from './label-paths.ts';
import { thresholdsOf } from './label-thresholds.ts';

/** Narrow enough that even where millions of scores lie close, the first ring holds no more than some pages of them. */
const FIRST_WIDTH = 2 ** -20;
const WIDENING = 4;
/** No score is farther from its threshold: scores are 0..1, thresholds 0..2 (2 keeps nothing). */
const FARTHEST = 2;

/**
 * Reads keys by the distance of their scores from the thresholds of their categories, nearest first: ring by ring, each wider than the one
 * before and begun where there are rows again, until a page is full. A ring is one statement over all cells of an index; to walk up and
 * down from the threshold of each cell takes a statement a walk, hundreds of them for a page of fifty. Differences of scores are taken for
 * as exact as scores are.
 */
export function ringReader(db: RunDatabase, filter: LabelFilter): KeyReader {
  const cells = cellPaths(db, filter, 'score');
  if (cells.length === 0) return () => [];
  const parameters = ringParameters(db, filter, cells);
  const keysIn = ringStatement(filter, cells[0], []);
  const keysBehind = ringStatement(filter, cells[0], ['(rank, id) > (:afterRank, :afterId)']);
  const nearest = nearestStatement(cells[0]);
  return (after, limit) => {
    const seek = after === undefined ? {} : { afterRank: after.rank, afterId: after.id };
    const read = (from: number, to: number, most: number) =>
      db.connection.all<LabelCursor>(after === undefined ? keysIn : keysBehind, { ...parameters, ...seek, from, to, limit: most });
    const nearestFrom = (from: number) => db.connection.one<{ rank: number | null }>(nearest, { ...parameters, from, to: FARTHEST }).rank;
    const keys: LabelCursor[] = [];
    let from = after?.rank ?? 0;
    for (let width = FIRST_WIDTH; keys.length < limit; width *= WIDENING) {
      const start = nearestFrom(from);
      if (start === null) break;
      from = Math.max(from, start);
      for (const key of read(from, from + width, limit - keys.length)) keys.push(key);
      from += width;
    }
    return keys;
  };
}

/** Reads the same keys from the farthest to the nearest, from one of them on: rings that grow inwards until a page is full. */
export function inwardReader(db: RunDatabase, filter: LabelFilter): KeyReader {
  const cells = cellPaths(db, filter, 'score');
  if (cells.length === 0) return () => [];
  const parameters = ringParameters(db, filter, cells);
  const statement = ringStatement(filter, cells[0], ['(rank, id) < (:afterRank, :afterId)'], 'DESC');
  return (after = { rank: FARTHEST, id: Number.MAX_SAFE_INTEGER as PredictionId }, limit) => {
    const seek = { afterRank: after.rank, afterId: after.id };
    const keys: LabelCursor[] = [];
    // Equal distances belong to the first ring, whose outer bound is not in it.
    let to = after.rank + FIRST_WIDTH;
    for (let width = FIRST_WIDTH * 2; keys.length < limit && to > 0; width *= WIDENING) {
      const range = { from: Math.max(0, to - width), to, limit: limit - keys.length };
      for (const key of db.connection.all<LabelCursor>(statement, { ...parameters, ...seek, ...range })) keys.push(key);
      to -= width;
    }
    return keys;
  };
}

function ringParameters(db: RunDatabase, filter: LabelFilter, cells: readonly Cell[]): Readonly<Record<string, SqlValue>> {
  const threshold = thresholdsOf(db, roundMeant(filter));
  return {
    ...parametersOf(filter),
    cells: JSON.stringify(cells.map(({ category, parameters: own }) => ({ ...own, threshold: threshold(category) }))),
    minScore: filter.minScore ?? 0,
    maxScore: filter.maxScore ?? 1,
    rounding: ROUNDING,
  };
}

/** Wider than any rounding of a difference of scores. */
const ROUNDING = 1e-12;

/** One bound at either end, the filter's or the ring's, as an index begins and ends with one. */
const SIDES = [
  {
    way: 'ASC',
    bounds: `l.score >= max(t.threshold, t.threshold + :from - :rounding, :minScore)
      AND l.score <= min(t.threshold + :to + :rounding, :maxScore)`,
  },
  {
    way: 'DESC',
    bounds: `l.score >= max(t.threshold - :to - :rounding, :minScore)
      AND l.score <= min(t.threshold - :from + :rounding, :maxScore) AND l.score < t.threshold`,
  },
];

const THRESHOLDS = `WITH thresholds AS MATERIALIZED (SELECT value AS cell, value ->> '$.threshold' AS threshold FROM json_each(:cells))`;

const whereOf = ({ where }: Cell): string[] => where.map((condition) => condition.replaceAll(/:(cell\w+)/g, "(t.cell ->> '$.$1')"));

/** @param cell any of them: they differ in their parameters alone */
function ringStatement(
  { minScore: _, maxScore: __, ...filter }: LabelFilter,
  cell: Cell,
  seek: readonly string[],
  way: 'ASC' | 'DESC' = 'ASC',
): string {
  const conditions = [...whereOf(cell), ...conditionsOf(filter, cell.table, cell.covers)].join(' AND ');
  const sides = SIDES.map(
    ({ bounds }) =>
      `SELECT ${ID_OF[cell.table]} AS id, abs(l.score - t.threshold) AS rank FROM thresholds t CROSS JOIN ${cell.source}
       WHERE ${conditions} AND ${bounds}`,
  );
  return `${THRESHOLDS} SELECT id, rank FROM (${sides.join(' UNION ALL ')})
    WHERE ${['rank >= :from', 'rank < :to', ...seek].join(' AND ')} ORDER BY rank ${way}, id ${way} LIMIT :limit`;
}

/** The least distance that any row of the cells has within a range, whatever else the filter says. */
function nearestStatement(cell: Cell): string {
  const sides = SIDES.map(
    ({ way, bounds }) =>
      `SELECT abs(t.threshold - (
         SELECT l.score FROM ${cell.source} WHERE ${whereOf(cell).join(' AND ')} AND ${bounds} ORDER BY l.score ${way} LIMIT 1
       )) AS rank FROM thresholds t`,
  );
  return `${THRESHOLDS} SELECT min(rank) AS rank FROM (${sides.join(' UNION ALL ')})`;
}
