import { SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { foundTargets, queryOf, queryText, type TargetKind, type TargetOf } from '../../pipeline/index.ts';
import type { LabelQuery } from '../contract/labels.ts';
import { MOST_LABELS } from '../contract/verdicts.ts';
import { optionsOf } from './label-query.ts';

/** Labels that a decision is about. */
export interface FoundLabels<Kind extends TargetKind> {
  /** What was asked for, for the record. */
  readonly subject: string;
  readonly targets: readonly TargetOf<Kind>[];
}

/**
 * The labels that a query of the gallery finds.
 * @throws SelfpasteError USAGE_MANY_LABELS, and as {@link optionsOf}, `queryOf` and `foundTargets`
 */
export function labelsFound<Kind extends TargetKind>(db: RunDatabase, query: LabelQuery, kinds: readonly Kind[]): FoundLabels<Kind> {
  const options = optionsOf(query);
  const meant = queryOf(db, options);
  const targets = foundTargets(db, meant, kinds);
  if (targets.length > MOST_LABELS) throw manyLabels(targets.length);
  const round = meant.of === 'drawn' ? [] : [`round ${meant.filter.round}`];
  return { subject: [...round, queryText(options)].filter((part) => part !== '').join(', '), targets };
}

function manyLabels(found: number): SelfpasteError {
  return new SelfpasteError(
    'USAGE_MANY_LABELS',
    `Expected at most ${MOST_LABELS} labels of one decision in the page, got ${found}`,
    'narrow the query, or decide with `selfpaste labels accept`, `reject` or `relabel`, which take any number',
  );
}
