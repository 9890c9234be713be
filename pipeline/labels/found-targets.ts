import { SelfpasteError } from '../../core/index.ts';
import { drawnIds, labelIds, type RunDatabase } from '../../db/index.ts';
import { isOneOf, type Target, type TargetKind, type TargetOf } from './decision-target.ts';
import type { LabelQuery } from './label-query.ts';

/**
 * The labels that a query finds. All are read before anything is written: a decision may change what the query finds.
 * @throws SelfpasteError USAGE_QUERY where they are of no kind that is decided about
 */
export function foundTargets<Kind extends TargetKind>(db: RunDatabase, query: LabelQuery, kinds: readonly Kind[]): TargetOf<Kind>[] {
  if (kinds.some((kind) => kind === query.of)) return targetsIn(db, query).filter((target) => isOneOf(target, kinds));
  throw new SelfpasteError(
    'USAGE_QUERY',
    'Expected a query of predictions, got --verdict drawn: what people drew is a label without more',
    'leave --verdict drawn out; to make donors of what people drew, use `selfpaste labels donate --verdict drawn`',
  );
}

function targetsIn(db: RunDatabase, query: LabelQuery): Target[] {
  if (query.of === 'drawn') return drawnIds(db, query.filter).map((drawn) => ({ of: 'drawn', drawn }));
  return Array.from(labelIds(db, query.filter), (prediction) => ({ of: 'prediction', prediction }));
}
