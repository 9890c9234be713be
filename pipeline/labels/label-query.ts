import {
  type CategoryId,
  type ChangeKind,
  expectation,
  type ImageId,
  predictionId,
  SelfpasteError,
  type SuspicionKind,
} from '../../core/index.ts';
import { DRAWN_ORDERS, type DrawnFilter, type DrawnOrder, type LabelFilter, type LabelOrder, type RunDatabase } from '../../db/index.ts';
import type { NumberRange } from './number-range.ts';

/** Which labels are meant: the same words on the command line, in addresses of the inspector, and for looking, drawing and deciding. */
export interface QueryOptions {
  readonly round?: number;
  readonly category?: string;
  readonly score?: NumberRange;
  readonly area?: NumberRange;
  readonly status?: 'kept' | 'dropped';
  readonly reason?: string;
  /** `drawn`: not predictions, but what people drew. */
  readonly verdict?: NonNullable<LabelFilter['verdict']> | 'drawn';
  readonly image?: ImageId;
  readonly change?: ChangeKind;
  readonly suspicion?: SuspicionKind | 'any';
  readonly line?: number;
}

/** Values of {@link QueryOptions.verdict}. */
export const VERDICTS_ASKED = ['accepted', 'rejected', 'corrected', 'any', 'none', 'drawn'] as const;

/** What the options ask for. */
export type LabelQuery =
  | { readonly of: 'prediction'; readonly filter: LabelFilter }
  | { readonly of: 'drawn'; readonly filter: DrawnFilter };

/** @throws SelfpasteError USAGE_NO_ROUND, USAGE_NO_CATEGORY, USAGE_QUERY for what drawn labels do not have */
export function queryOf(db: RunDatabase, options: QueryOptions): LabelQuery {
  const { verdict } = options;
  if (verdict !== 'drawn')
    return { of: 'prediction', filter: { ...predictionFilter(db, options), ...(verdict === undefined ? {} : { verdict }) } };
  requireOfDrawn(options);
  return { of: 'drawn', filter: commonFilter(db, options) };
}

function predictionFilter(db: RunDatabase, options: QueryOptions): LabelFilter {
  const { score, status, reason, change, suspicion, line } = options;
  return {
    round: roundOf(db, options.round),
    ...commonFilter(db, options),
    ...(score?.from === undefined ? {} : { minScore: score.from }),
    ...(score?.to === undefined ? {} : { maxScore: score.to }),
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    ...(change === undefined ? {} : { change }),
    ...(suspicion === undefined ? {} : { suspicion }),
    ...(line === undefined ? {} : { line: predictionId(line) }),
  };
}

/** What both kinds of labels have. */
function commonFilter(db: RunDatabase, { category, area, image }: QueryOptions): DrawnFilter {
  return {
    ...(category === undefined ? {} : { category: categoryNamed(db, 'category', category) }),
    ...(area?.from === undefined ? {} : { minAreaPx2: area.from }),
    ...(area?.to === undefined ? {} : { maxAreaPx2: area.to }),
    ...(image === undefined ? {} : { image }),
  };
}

/** Options of a query that say nothing of what people drew. */
const OF_PREDICTIONS = [
  'round',
  'score',
  'status',
  'reason',
  'change',
  'suspicion',
  'line',
] as const satisfies readonly (keyof QueryOptions)[];

function requireOfDrawn(options: QueryOptions): void {
  const asked = OF_PREDICTIONS.filter((name) => options[name] !== undefined);
  if (asked.length === 0) return;
  throw new SelfpasteError(
    'USAGE_QUERY',
    `Expected no more than category, area and image of what people drew, got ${asked.join(' and ')}: what people drew is of no round, and no model said it`,
    `leave ${asked.join(' and ')} out, or ask for predictions: leave the verdict out`,
  );
}

/** The order of a list of what people drew. @throws SelfpasteError USAGE_QUERY for one that only predictions have */
export function drawnOrder(order: LabelOrder = 'image'): DrawnOrder {
  const found = DRAWN_ORDERS.find((one) => one === order);
  if (found !== undefined) return found;
  throw new SelfpasteError(
    'USAGE_QUERY',
    expectation('the order of what people drew', `one of ${DRAWN_ORDERS.join(', ')}`, order),
    'leave the order out: they are listed picture by picture',
  );
}

/** The options as a line of text, for the record of a decision; empty where nothing but the round is asked for. */
export function queryText({ round: _, ...filters }: QueryOptions): string {
  const shown = Object.entries(filters).filter(([name]) => FILTERS.has(name));
  return shown.map(([name, value]) => `${name} ${typeof value === 'object' ? rangeText(value) : value}`).join(', ');
}

/** Names of the options of a query: commander hands them over with those of the command. */
const FILTERS: ReadonlySet<string> = new Set<keyof QueryOptions>([
  'category',
  'score',
  'area',
  'status',
  'reason',
  'verdict',
  'image',
  'change',
  'suspicion',
  'line',
]);

const rangeText = ({ from, to }: NumberRange): string => `${from ?? ''}..${to ?? ''}`;

/** @param option whose value the name is @throws SelfpasteError USAGE_NO_CATEGORY */
export function categoryNamed(db: RunDatabase, option: string, name: string): CategoryId {
  const categories = db.categories.all();
  const found = categories.find((category) => category.name === name);
  if (found !== undefined) return found.id;
  const some = categories
    .slice(0, 10)
    .map((category) => category.name)
    .join(', ');
  throw new SelfpasteError(
    'USAGE_NO_CATEGORY',
    expectation(option, `a category of the run (${some})`, name),
    'write the name as the data set has it',
  );
}

/** The round that is asked for, or the last one with labels. @throws SelfpasteError USAGE_NO_ROUND */
export function roundOf(db: RunDatabase, round: number | undefined): number {
  const labeled = db.rounds.all().filter(({ index }) => db.labeling.counts(index).done > 0);
  const found = round === undefined ? labeled.at(-1) : labeled.find(({ index }) => index === round);
  if (found !== undefined) return found.index;
  const known = labeled.map(({ index }) => index).join(', ') || 'none yet';
  throw new SelfpasteError(
    'USAGE_NO_ROUND',
    `Expected a round that has labels (${known}) for round, got ${round ?? 'none'}`,
    'look at `selfpaste status`, and wait until a round has begun to label',
  );
}
