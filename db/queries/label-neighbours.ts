import type { PredictionId, VerdictId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';
import { type DrawnFilter, type DrawnOrder, listDrawn } from './drawn-list.ts';
import type { LabelFilter, LabelOrder } from './label-filter.ts';
import { keyOf, keyReader } from './label-keys.ts';

/** What comes before and after a label of a list; null at its ends, and for a label that the order has no place for. */
export interface Neighbours<Id> {
  readonly previous: Id | null;
  readonly next: Id | null;
}

/**
 * The neighbours of a prediction in a list, found by its key. It need not be in the list itself: what a person has just decided about may
 * have left it, and its neighbours are where it was.
 */
export function labelNeighbours(db: RunDatabase, filter: LabelFilter, order: LabelOrder, id: PredictionId): Neighbours<PredictionId> {
  return db.connection.view(() => {
    const key = keyOf(db, filter, order, id);
    if (key === undefined) return { previous: null, next: null };
    const beside = (way: 'forward' | 'backward') => keyReader(db, filter, order, way)(key, 1)[0]?.id ?? null;
    return { previous: beside('backward'), next: beside('forward') };
  });
}

/** The neighbours of what a person drew; among all drawings of the filter, as people draw few. */
export function drawnNeighbours(db: RunDatabase, filter: DrawnFilter, order: DrawnOrder, id: VerdictId): Neighbours<VerdictId> {
  const ids = listDrawn(db, filter, order, Number.MAX_SAFE_INTEGER).map(({ drawn }) => drawn);
  const at = ids.indexOf(id);
  return at < 0 ? { previous: null, next: ids[0] ?? null } : { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null };
}
