import { CHANGE_KINDS, expectation, imageId, SelfpasteError, SUSPICION_KINDS } from '../../core/index.ts';
import { type DrawnFilter, type DrawnOrder, LABEL_ORDERS, type LabelFilter, type LabelOrder, type RunDatabase } from '../../db/index.ts';
import { drawnOrder, type NumberRange, numberRange, type QueryOptions, queryOf, VERDICTS_ASKED } from '../../pipeline/index.ts';
import type { LabelQuery } from '../contract/labels.ts';

/** What an address asks for. */
export type AskedLabels =
  | { readonly of: 'prediction'; readonly filter: LabelFilter; readonly order: LabelOrder }
  | { readonly of: 'drawn'; readonly filter: DrawnFilter; readonly order: DrawnOrder };

/**
 * Reads the query of an address as `labels list` reads its options.
 * @throws SelfpasteError USAGE_QUERY for what no option would take, USAGE_NO_ROUND, USAGE_NO_CATEGORY
 */
export function labelQueryOf(db: RunDatabase, query: LabelQuery): AskedLabels {
  const asked = queryOf(db, optionsOf(query));
  const order = oneOf('order', LABEL_ORDERS, query.order);
  if (asked.of === 'drawn') return { ...asked, order: drawnOrder(order) };
  return { ...asked, order: order ?? 'score-desc' };
}

/** The query as the options of the command line. @throws SelfpasteError USAGE_QUERY */
export function optionsOf(query: LabelQuery): QueryOptions {
  const round = wholeNumber('round', query.round, 0);
  const score = range('score', query.score, 1);
  const area = range('area', query.area, Number.MAX_SAFE_INTEGER);
  const status = oneOf('status', ['kept', 'dropped'] as const, query.status);
  const verdict = oneOf('verdict', VERDICTS_ASKED, query.verdict);
  const image = wholeNumber('image', query.image?.replace(/^i/, ''), 1);
  const change = oneOf('change', CHANGE_KINDS, query.change);
  const suspicion = oneOf('suspicion', [...SUSPICION_KINDS, 'any'] as const, query.suspicion);
  const line = wholeNumber('line', query.line, 1);
  return {
    ...(round === undefined ? {} : { round }),
    ...(query.category === undefined ? {} : { category: query.category }),
    ...(score === undefined ? {} : { score }),
    ...(area === undefined ? {} : { area }),
    ...(status === undefined ? {} : { status }),
    ...(query.reason === undefined ? {} : { reason: query.reason }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(image === undefined ? {} : { image: imageId(image) }),
    ...(change === undefined ? {} : { change }),
    ...(suspicion === undefined ? {} : { suspicion }),
    ...(line === undefined ? {} : { line }),
  };
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw badQuery(name, `a whole number of at least ${least}`, text);
}

function range(name: string, text: string | undefined, to: number): NumberRange | undefined {
  if (text === undefined) return undefined;
  const found = numberRange(text, 0, to);
  if (found !== undefined) return found;
  throw badQuery(name, `a range as LOW..HIGH, LOW.. or ..HIGH within 0 to ${to}`, text);
}

function oneOf<Choice extends string>(name: string, choices: readonly Choice[], text: string | undefined): Choice | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw badQuery(name, `one of ${choices.join(', ')}`, text);
}

const badQuery = (name: string, expected: string, value: string): SelfpasteError =>
  new SelfpasteError('USAGE_QUERY', expectation(name, expected, value), `take ${name} out of the address, or choose another`);
