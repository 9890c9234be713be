import { expectation, type ImageId, imageId, SelfpasteError } from '../../../core/index.ts';
import { drawnIds, labelIds, type RunDatabase } from '../../../db/index.ts';
import { type LabelRef, namedLabel } from '../../../pipeline/index.ts';
import { roundOf } from './open-run.ts';
import { type LabelQuery, type QueryOptions, queryOf, queryText } from './query-options.ts';

/** What a decision is about: a label, or all that models say of a picture. */
export type Target = LabelRef | { readonly of: 'image'; readonly image: ImageId };

export type TargetKind = Target['of'];
export type TargetOf<Kind extends TargetKind> = Extract<Target, { readonly of: Kind }>;

const NAMES: Readonly<Record<TargetKind, string>> = {
  prediction: '12 or p12 for a prediction',
  drawn: 'd3 for a label that a person drew',
  image: 'i45 for a whole picture',
};

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

/**
 * The labels that a query finds. All are read before anything is written: a decision may change what the query finds.
 * @throws SelfpasteError USAGE_QUERY where they are of no kind that the command decides about, and as {@link queryOf}
 */
export function foundBy<Kind extends TargetKind>(db: RunDatabase, options: QueryOptions, kinds: readonly Kind[]): TargetOf<Kind>[] {
  const query = queryOf(db, options);
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

/** The target of a name of one of some kinds. @throws SelfpasteError USAGE_NO_LABEL_NAME */
export function targetNamed<Kind extends TargetKind>(name: string, kinds: readonly Kind[]): TargetOf<Kind> {
  const digits = /^i(\d{1,15})$/.exec(name)?.[1];
  const target: Target | undefined = digits === undefined ? namedLabel(name) : { of: 'image', image: imageId(Number(digits)) };
  if (target !== undefined && isOneOf(target, kinds)) return target;
  throw new SelfpasteError(
    'USAGE_NO_LABEL_NAME',
    expectation('ID', kinds.map((kind) => NAMES[kind]).join(', '), name),
    'list labels with their ids with `selfpaste labels list`; name the run with --run RUN',
  );
}

const isOneOf = <Kind extends TargetKind>(target: Target, kinds: readonly Kind[]): target is TargetOf<Kind> =>
  kinds.some((kind) => kind === target.of);
