import { expectation, type ImageId, imageId, SelfpasteError } from '../../../core/index.ts';
import { labelIds, type RunDatabase } from '../../../db/index.ts';
import { type LabelRef, namedLabel } from '../../../pipeline/index.ts';
import { roundOf } from './open-run.ts';
import { filterOf, type QueryOptions, queryText } from './query-options.ts';

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
export const subjectOf = (db: RunDatabase, names: readonly string[], options: QueryOptions): string =>
  names.length > 0 ? names.join(' ') : `round ${roundOf(db, options.round)}, ${queryText(options)}`;

/** The predictions that a query finds. All are read before anything is written: a decision may change what the query finds. */
export const foundBy = (db: RunDatabase, options: QueryOptions): TargetOf<'prediction'>[] =>
  Array.from(labelIds(db, filterOf(db, options)), (prediction) => ({ of: 'prediction', prediction }));

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
