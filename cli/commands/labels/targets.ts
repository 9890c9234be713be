import { SelfpasteError } from '../../../core/index.ts';
import type { RunDatabase } from '../../../db/index.ts';
import { foundTargets, type TargetKind, type TargetOf } from '../../../pipeline/index.ts';
import { roundOf } from './open-run.ts';
import { type QueryOptions, queryOf, queryText } from './query-options.ts';

/** Which of the two ways is used to say what a command is about. @throws SelfpasteError USAGE_NO_TARGET where both are, or neither */
export function requireOneWay(names: readonly string[], options: QueryOptions): void {
  const query = queryText(options);
  if (names.length > 0 !== (query !== '')) return;
  throw new SelfpasteError(
    'USAGE_NO_TARGET',
    `Expected ids or a query, got ${names.length > 0 ? `ids and a query (${query})` : 'neither'}`,
    'name ids, or say which labels by options such as --category or --score; look first with `selfpaste labels list`',
  );
}

/** What a command is about, for its record: the ids, or the query and its round. @throws SelfpasteError USAGE_NO_ROUND */
export function subjectOf(db: RunDatabase, names: readonly string[], options: QueryOptions): string {
  if (names.length > 0) return names.join(' ');
  return options.verdict === 'drawn' ? queryText(options) : `round ${roundOf(db, options.round)}, ${queryText(options)}`;
}

/** A query of what people said something of. @throws SelfpasteError USAGE_QUERY where it asks for the others */
export function spokenOf(options: QueryOptions): QueryOptions {
  if (options.verdict !== 'none') return { verdict: 'any', ...options };
  throw new SelfpasteError(
    'USAGE_QUERY',
    'Expected labels that people said something of, got --verdict none: there is nothing to take back',
    'leave --verdict out, or say what is to be taken back: accepted, rejected, corrected or drawn',
  );
}

/** The labels that a query finds. @throws SelfpasteError as {@link queryOf} and {@link foundTargets} */
export const foundBy = <Kind extends TargetKind>(db: RunDatabase, options: QueryOptions, kinds: readonly Kind[]): TargetOf<Kind>[] =>
  foundTargets(db, queryOf(db, options), kinds);
