import { type Command, Option } from 'commander';
import {
  type CategoryId,
  CHANGE_KINDS,
  type ChangeKind,
  expectation,
  type ImageId,
  imageId,
  predictionId,
  SelfpasteError,
  SUSPICION_KINDS,
  type SuspicionKind,
} from '../../../core/index.ts';
import type { LabelFilter, LabelOrder, RunDatabase } from '../../../db/index.ts';
import { type NumberRange, rangeBetween, wholeNumber } from '../../options.ts';
import { roundOf } from './open-run.ts';

/** Which predictions a command is about: the same options for looking, drawing and deciding. */
export interface QueryOptions {
  readonly round?: number;
  readonly category?: string;
  readonly score?: NumberRange;
  readonly area?: NumberRange;
  readonly status?: 'kept' | 'dropped';
  readonly reason?: string;
  readonly verdict?: NonNullable<LabelFilter['verdict']>;
  readonly image?: ImageId;
  readonly change?: ChangeKind;
  readonly suspicion?: SuspicionKind | 'any';
  readonly line?: number;
}

const VERDICTS = ['accepted', 'rejected', 'corrected', 'any', 'none'] as const;

/** A record, so that an order that the database learns is not forgotten here. */
const ORDERS: Readonly<Record<LabelOrder, string>> = {
  'score-desc': 'best scores first',
  'score-asc': 'lowest scores first',
  image: 'picture by picture',
  'area-desc': 'largest first',
  'area-asc': 'smallest first',
  'least-certain': 'nearest to the threshold of its class',
  'most-changed': 'least like it was in the round before',
  'likely-wrong': 'strongest suspicion first',
};

/** Adds the options of {@link QueryOptions}. */
export function withQuery(command: Command): Command {
  return command
    .option('--round <n>', 'round; the last one with labels by default', wholeNumber(0))
    .option('--category <name>', 'only this class')
    .option('--score <range>', 'only scores in this range, as 0.3..0.6 or 0.9..', rangeBetween(0, 1))
    .option('--area <range>', 'only masks of so many pixels, as 100..5000', rangeBetween(0, Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--status <status>', 'only what became a label, or what did not').choices(['kept', 'dropped']))
    .option('--reason <reason>', 'only what was kept or dropped for this reason (see labels stats)')
    .addOption(new Option('--verdict <verdict>', 'only what people said this of').choices(VERDICTS))
    .option('--image <id>', 'only this picture, as i45 or 45', parseImage)
    .addOption(new Option('--change <kind>', 'only what changed so since the round before').choices(CHANGE_KINDS))
    .addOption(new Option('--suspicion <kind>', 'only likely errors').choices([...SUSPICION_KINDS, 'any']))
    .option('--line <id>', 'one object through all rounds, by the id of any of its predictions', wholeNumber(1));
}

function parseImage(text: string): ImageId {
  return imageId(wholeNumber(1)(text.replace(/^i/, '')));
}

export const orderOption = (preset: LabelOrder): Option =>
  new Option(
    '--order <order>',
    `${Object.entries(ORDERS)
      .map(([name, means]) => `${name}: ${means}`)
      .join('; ')}`,
  )
    .choices(Object.keys(ORDERS))
    .default(preset);

/** The filter that the options mean. @throws SelfpasteError USAGE_NO_ROUND, USAGE_NO_CATEGORY */
export function filterOf(db: RunDatabase, options: QueryOptions): LabelFilter {
  const { category, score, area, status, reason, verdict, image, change, suspicion, line } = options;
  return {
    round: roundOf(db, options.round),
    ...(category === undefined ? {} : { category: categoryNamed(db, '--category', category) }),
    ...(score?.from === undefined ? {} : { minScore: score.from }),
    ...(score?.to === undefined ? {} : { maxScore: score.to }),
    ...(area?.from === undefined ? {} : { minAreaPx2: area.from }),
    ...(area?.to === undefined ? {} : { maxAreaPx2: area.to }),
    ...(status === undefined ? {} : { status }),
    ...(reason === undefined ? {} : { reason }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(image === undefined ? {} : { image }),
    ...(change === undefined ? {} : { change }),
    ...(suspicion === undefined ? {} : { suspicion }),
    ...(line === undefined ? {} : { line: predictionId(line) }),
  };
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
