import type { SqlValue } from '../connection.ts';
import { type LabelFilter, type LabelOrder, OVERLAPPING } from './label-filter.ts';

/** Where the facts of a label are read: always as `l`, whose columns but the id have the same names in all of them. */
export type FactsTable = 'predictions' | 'pseudo_labels' | 'label_marks' | 'suspicions';

export const ID_OF: Readonly<Record<FactsTable, string>> = {
  predictions: 'l.id',
  pseudo_labels: 'l.prediction_id',
  label_marks: 'l.prediction_id',
  suspicions: 'l.prediction_id',
};

/** The tables that know what became of a prediction, and why. */
const KNOWS_SELECTION: readonly FactsTable[] = ['pseudo_labels', 'suspicions'];

/** Marks one of which all labels bear that are asked for, and what that covers of their filter. */
export interface MarksAsked {
  readonly covered?: Covered;
  readonly marks: readonly string[];
}

/** One for each kind of finding that a filter asks for. */
export function marksAsked({ verdict, change, suspicion }: LabelFilter): MarksAsked[] {
  const spoken = verdict === 'any' ? ['accepted', 'rejected', 'corrected'] : [verdict ?? 'none'];
  return [
    ...(suspicion === undefined ? [] : [{ covered: 'suspicion' as const, marks: [suspicion === 'any' ? 'suspected' : suspicion] }]),
    ...(verdict === undefined || verdict === 'none' ? [] : [{ covered: 'verdict' as const, marks: spoken }]),
    ...(change === undefined ? [] : [{ covered: 'change' as const, marks: [change] }]),
  ];
}

/** The marks that an order implies: it lists only what bears one of them. */
export const marksImplied = ({ change }: LabelFilter, order: LabelOrder): readonly string[] =>
  order === 'most-changed' && change === undefined ? OVERLAPPING : [];

/** The smallest table that alone can answer for what was said, or decided, of predictions. */
export function factsOf(filter: LabelFilter): FactsTable {
  if (marksAsked(filter).length > 0) return 'label_marks';
  return filter.status === undefined && filter.reason === undefined ? 'predictions' : 'pseudo_labels';
}

/** The round whose predictions are meant: what died is a label of the round before. */
export const roundMeant = ({ round, change }: LabelFilter): number => (change === 'died' ? round - 1 : round);

/** What a small set or a walk is made of already, so that its rows need not be asked again. */
export type Covered = 'line' | 'verdict' | 'change' | 'suspicion';

/** A filter as conditions on `l`; their values are in {@link parametersOf}. */
export function conditionsOf(filter: LabelFilter, table: FactsTable, covered: readonly Covered[] = []): string[] {
  const plain = PLAIN.flatMap(([key, condition]) => (filter[key] === undefined ? [] : [condition]));
  const round = filter.line === undefined ? ['l.round = :roundMeant'] : [];
  return [...round, ...plain, ...selectionConditions(filter, table), ...probesOf(filter, table, covered)];
}

const PLAIN: readonly (readonly [keyof LabelFilter, string])[] = [
  ['category', 'l.category_id = :category'],
  ['minScore', 'l.score >= :minScore'],
  ['maxScore', 'l.score <= :maxScore'],
  ['minAreaPx2', 'l.area_px2 >= :minAreaPx2'],
  ['maxAreaPx2', 'l.area_px2 <= :maxAreaPx2'],
  ['image', 'l.image_id = :image'],
];

function selectionConditions(filter: LabelFilter, table: FactsTable): string[] {
  const asked = (['status', 'reason'] as const).filter((key) => filter[key] !== undefined);
  if (asked.length === 0) return [];
  if (KNOWS_SELECTION.includes(table)) return asked.map((key) => `l.${key} = :${key}`);
  const conditions = asked.map((key) => ` AND s.${key} = :${key}`).join('');
  return [
    `EXISTS (SELECT 1 FROM pseudo_labels s NOT INDEXED
     WHERE s.round = l.round AND s.image_id = l.image_id AND s.prediction_id = ${ID_OF[table]}${conditions})`,
  ];
}

/** Conditions that look each row up in another table: dear where there are many rows. */
export function probesOf(filter: LabelFilter, table: FactsTable, covered: readonly Covered[] = []): string[] {
  const id = ID_OF[table];
  const { verdict, change, suspicion, line } = filter;
  const probes: Readonly<Record<Covered, string | undefined>> = {
    line: line === undefined ? undefined : `${id} IN (SELECT value FROM json_each(:lineIds))`,
    verdict: verdict === undefined ? undefined : verdictProbe(verdict, id),
    change: change === undefined ? undefined : `EXISTS (SELECT 1 FROM label_changes c WHERE ${changeOf(filter, 'c', id)})`,
    suspicion: suspicion === undefined ? undefined : `EXISTS (SELECT 1 FROM suspicions x WHERE ${suspicionOf(filter, 'x', id)})`,
  };
  return (Object.keys(probes) as Covered[]).flatMap((key) => (covered.includes(key) ? [] : (probes[key] ?? [])));
}

function verdictProbe(verdict: NonNullable<LabelFilter['verdict']>, id: string): string {
  const said = verdict === 'any' || verdict === 'none' ? SPOKEN : 'v.verdict = :verdict';
  return `${verdict === 'none' ? 'NOT ' : ''}EXISTS (SELECT 1 FROM verdicts v WHERE v.prediction_id = ${id} AND v.standing = 1 AND ${said})`;
}

/** A standing verdict that says something: one that was withdrawn does not. */
export const SPOKEN = "v.verdict IN ('accepted', 'rejected', 'corrected')";

/** What became of a label in its round, of the kind asked for, or of one that has an overlap; it dies in the round after. */
export function changeOf({ change }: LabelFilter, alias: string, id: string): string {
  const kind = change === undefined ? `${alias}.kind IN ('kept', 'reclassified', 'grew', 'shrank')` : `${alias}.kind = :change`;
  return `${alias}.prediction_id = ${id} AND ${alias}.round = l.round${change === 'died' ? ' + 1' : ''} AND ${kind}`;
}

/** The suspicion against a label in its round, of the kind asked for, or the strongest. */
export function suspicionOf({ suspicion }: LabelFilter, alias: string, id: string): string {
  const kind = suspicion === undefined || suspicion === 'any' ? `${alias}.strongest = 1` : `${alias}.kind = :suspicion`;
  return `${alias}.prediction_id = ${id} AND ${alias}.round = l.round AND ${kind}`;
}

/** Values of all conditions; `lineIds` is added by who knows them. */
export const parametersOf = (filter: LabelFilter): Record<string, SqlValue> => ({ ...filter, roundMeant: roundMeant(filter) });
