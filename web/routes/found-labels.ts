import { SelfpasteError } from '../../core/index.ts';
import { listedBy, type RunDatabase } from '../../db/index.ts';
import { type LabelQuery as FoundQuery, foundTargets, queryText, type TargetKind, type TargetOf } from '../../pipeline/index.ts';
import { type LabelQuery, ORDERS_OF_SOME } from '../contract/labels.ts';
import { MOST_LABELS } from '../contract/verdicts.ts';
import { type AskedLabels, labelQueryOf, optionsOf } from './label-query.ts';

/** Labels that a decision is about. */
export interface FoundLabels<Kind extends TargetKind> {
  /** What was asked for, for the record. */
  readonly subject: string;
  readonly targets: readonly TargetOf<Kind>[];
}

/**
 * The labels that the gallery lists for a query.
 * @throws SelfpasteError USAGE_MANY_LABELS, and as {@link labelQueryOf} and `foundTargets`
 */
export function labelsFound<Kind extends TargetKind>(db: RunDatabase, query: LabelQuery, kinds: readonly Kind[]): FoundLabels<Kind> {
  const asked = labelQueryOf(db, query);
  const targets = listed(asked).flatMap((meant) => foundTargets(db, meant, kinds));
  if (targets.length > MOST_LABELS) throw manyLabels(targets.length);
  const round = asked.of === 'drawn' ? '' : `round ${asked.filter.round}`;
  const some = ORDERS_OF_SOME[asked.order] ?? '';
  return { subject: [round, queryText(optionsOf(query)), some].filter((part) => part !== '').join(', '), targets };
}

/** Queries that together find what the gallery lists, each label once. */
function listed(asked: AskedLabels): readonly FoundQuery[] {
  if (asked.of === 'drawn') return [asked];
  return listedBy(asked.filter, asked.order).map((filter) => ({ of: 'prediction', filter }));
}

function manyLabels(found: number): SelfpasteError {
  return new SelfpasteError(
    'USAGE_MANY_LABELS',
    `Expected at most ${MOST_LABELS} labels of one decision in the page, got ${found}`,
    'narrow the query, or decide with `selfpaste labels accept`, `reject` or `relabel`, which take any number',
  );
}
