import type { CategoryId } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';
import { roundMeant } from './label-conditions.ts';
import type { LabelCursor, LabelFilter, LabelOrder } from './label-filter.ts';
import { keyReader } from './label-keys.ts';
import { thresholdsOf } from './label-thresholds.ts';

/** So many keys are read within a few ms. */
const CHUNK = 2500;

/**
 * All keys of a list, each once, in no order: for who sorts them at once, which takes a fraction of the time of a walk in order through
 * hundreds of cells. No statement stays open between two chunks.
 */
export function* labelKeyChunks(db: RunDatabase, filter: LabelFilter, order: LabelOrder): Generator<readonly LabelCursor[]> {
  if (!isByCategory(order) || filter.line !== undefined || filter.image !== undefined) return yield* chunksOf(db, filter, order);
  for (const category of filter.category === undefined ? db.categories.all().map(({ id }) => id) : [filter.category])
    yield* order === 'least-certain' ? distances(db, filter, category) : chunksOf(db, { ...filter, category }, order);
}

/** Indexes by score and by area begin with the category; all others have one order for all. */
const isByCategory = (order: LabelOrder): boolean => !['image', 'most-changed', 'likely-wrong'].includes(order);

function* chunksOf(db: RunDatabase, filter: LabelFilter, order: LabelOrder): Generator<readonly LabelCursor[]> {
  const read = keyReader(db, filter, order);
  let keys: LabelCursor[] = [];
  do {
    keys = read(keys.at(-1), CHUNK);
    yield keys;
  } while (keys.length === CHUNK);
}

/** What is read by score has its distance from the threshold, too. */
function* distances(db: RunDatabase, filter: LabelFilter, category: CategoryId): Generator<readonly LabelCursor[]> {
  const threshold = thresholdsOf(db, roundMeant(filter))(category);
  for (const keys of chunksOf(db, { ...filter, category }, 'score-asc'))
    yield keys.map(({ id, rank }) => ({ id, rank: Math.abs(rank - threshold) }));
}
