import { categoryId, imageId, predictionId, type Rng, stream } from '../core/index.ts';
import {
  countLabels,
  countSuspects,
  diffRounds,
  LABEL_ORDERS,
  type LabelCursor,
  type LabelFilter,
  type LabelOrder,
  labelStats,
  listLabels,
  listSuspects,
  type RunDatabase,
  showLabel,
} from '../db/index.ts';
import { imagesOf, type LabelRecipe, labelRounds } from './label-database.ts';
import { labelCategories } from './label-sights.ts';

/** Something that people ask, with other particulars each time. */
export interface Question {
  readonly name: string;
  readonly ask: (db: RunDatabase) => void;
}

const PAGE = 50;
/** So many lines lie before a page that is deep. */
const DEEP = 2500;
const LAST = labelRounds;

/** Pages of 50 by order: the first and a deep one of each filter. */
export function pageQuestions(db: RunDatabase, recipe: LabelRecipe): Map<LabelOrder, Question[]> {
  const filters = filtersOf(recipe);
  return new Map(LABEL_ORDERS.map((order) => [order, filters.flatMap(([name, filter]) => pagesOf(db, order, name, filter))] as const));
}

function pagesOf(db: RunDatabase, order: LabelOrder, name: string, filter: LabelFilter): Question[] {
  const page = (after?: LabelCursor) => (run: RunDatabase) => void listLabels(run, filter, order, PAGE, after);
  const deep = listLabels(db, filter, order, DEEP).at(-1);
  return [{ name: `${name}, first page`, ask: page() }, ...(deep ? [{ name: `${name}, deep page`, ask: page(deep) }] : [])];
}

/** What people filter by, and combinations that the order of no index helps with. */
function filtersOf(recipe: LabelRecipe): (readonly [string, LabelFilter])[] {
  const round = LAST;
  const image = imageId(Math.ceil(imagesOf(recipe) / 2));
  return [
    ['all', { round }],
    ['common category', { round, category: categoryId(1) }],
    ['rare category', { round, category: categoryId(labelCategories) }],
    ['scores 0.45..0.55', { round, minScore: 0.45, maxScore: 0.55 }],
    ['large', { round, minAreaPx2: 9216 }],
    ['areas 1000..1010', { round, minAreaPx2: 1000, maxAreaPx2: 1010 }],
    ['tiny and sure', { round, minScore: 0.7, maxAreaPx2: 300 }],
    ['large and unlikely', { round, maxScore: 0.06, minAreaPx2: 20_000 }],
    ['common, narrow', { round, category: categoryId(1), minScore: 0.8, minAreaPx2: 500, maxAreaPx2: 520 }],
    ['kept', { round, status: 'kept' }],
    ['dropped', { round, status: 'dropped' }],
    ['too small', { round, reason: 'too-small' }],
    ['duplicates, large', { round, reason: 'duplicate', minAreaPx2: 9216 }],
    ['below the threshold, tiny', { round, reason: 'below-threshold', maxAreaPx2: 100 }],
    ['image', { round, image }],
    ['accepted', { round, verdict: 'accepted' }],
    ['rejected', { round, verdict: 'rejected' }],
    ['not judged', { round, verdict: 'none' }],
    ['kept, not judged', { round, status: 'kept', verdict: 'none' }],
    ['shrunk', { round, change: 'shrank' }],
    ['reclassified', { round, change: 'reclassified' }],
    ['born', { round, change: 'born' }],
    ['died', { round, change: 'died' }],
    ['kept as before, rare category', { round, change: 'kept', category: categoryId(labelCategories) }],
    ['suspected', { round, suspicion: 'any' }],
    ['split', { round, suspicion: 'split' }],
    ['suspected, accepted, large', { round, suspicion: 'any', verdict: 'accepted', minAreaPx2: 9216 }],
    ['line', { round, line: predictionId(1) }],
    ['nothing matches', { round, minScore: 0.9991, status: 'kept' }],
  ];
}

/** Every other question. */
export function queryQuestions(recipe: LabelRecipe): Question[] {
  const chance = stream(recipe.seed, 'label-questions');
  const never = () => [];
  const counted = (name: string, filter: (draw: Rng) => LabelFilter): Question => ({
    name: `count: ${name}`,
    ask: (db) => void countLabels(db, filter(chance)),
  });
  return [
    { name: 'stats of a round', ask: (db) => void labelStats(db, 1 + chance.integer(LAST)) },
    { name: 'show a label', ask: (db) => void showLabel(db, predictionId(1 + chance.integer(recipe.predictions))) },
    { name: 'diff of two rounds', ask: (db) => void diffRounds(db, LAST - 1, LAST, never) },
    { name: 'suspects', ask: (db) => void listSuspects(db, { round: LAST, kind: 'any' }, PAGE) },
    { name: 'suspects of a kind', ask: (db) => void listSuspects(db, { round: LAST, kind: 'merged' }, PAGE) },
    { name: 'suspects, counted', ask: (db) => void countSuspects(db, LAST) },
    counted('all', () => ({ round: LAST })),
    counted('a category', (draw) => ({ round: LAST, category: categoryId(1 + draw.integer(labelCategories)) })),
    counted('a reason', () => ({ round: LAST, reason: 'duplicate' })),
    counted('a range of scores', (draw) => ({ round: LAST, minScore: draw.uniform(0.3, 0.9) })),
    counted('a range of areas', (draw) => ({ round: LAST, minAreaPx2: draw.integer(9000), maxAreaPx2: 10_000 })),
    counted('accepted', () => ({ round: LAST, verdict: 'accepted' })),
    counted('not judged', () => ({ round: LAST, verdict: 'none' })),
    counted('suspected', () => ({ round: LAST, suspicion: 'any' })),
  ];
}
