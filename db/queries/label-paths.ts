import type { CategoryId } from '../../core/index.ts';
import type { SqlValue } from '../connection.ts';
import type { RunDatabase } from '../run-database.ts';
import { type Covered, type FactsTable, factsOf, type MarksAsked, marksAsked, roundMeant } from './label-conditions.ts';
import { type LabelFilter, OVERLAPPING } from './label-filter.ts';

/** A way to rows: an index range of one table, linked to the facts of the labels where it has not got these itself. */
export interface Path {
  readonly source: string;
  readonly where: readonly string[];
  readonly link: string;
  readonly table: FactsTable;
  readonly covers: readonly Covered[];
  readonly parameters: Readonly<Record<string, SqlValue>>;
}

/** Bands in which the indexes predictions_by_score and predictions_by_area begin; written as the migration has them. */
const AREA_BANDS = { edges: [1024, 9216], column: '(l.area_px2 >= 1024) + (l.area_px2 >= 9216)' };
const SCORE_BANDS = { edges: [0.25, 0.5, 0.75], column: '(l.score >= 0.25) + (l.score >= 0.5) + (l.score >= 0.75)' };

/**
 * The cells of an index that a filter needs; in each, rows are in the order of the measure. An index begins with what a cell has, so that
 * scores need no second one across categories (it would cost more to write than all of this does to merge).
 */
export function cellPaths(db: RunDatabase, filter: LabelFilter, measure: Measure): Cell[] {
  const [asked] = marksAsked(filter);
  if (asked) return markCells(db, filter, measure, asked);
  return factsOf(filter) === 'predictions' ? predictionCells(db, filter, measure) : selectionCells(db, filter, measure);
}

export type Measure = 'score' | 'area';
export type Cell = Path & { readonly category: CategoryId };

function predictionCells(db: RunDatabase, filter: LabelFilter, measure: Measure): Cell[] {
  const { edges, column } = measure === 'score' ? AREA_BANDS : SCORE_BANDS;
  const bands =
    measure === 'score' ? bandsWithin(edges, filter.minAreaPx2, filter.maxAreaPx2) : bandsWithin(edges, filter.minScore, filter.maxScore);
  return categoriesOf(db, filter).flatMap((category) =>
    bands.map((band) => ({
      source: `predictions l INDEXED BY predictions_by_${measure}`,
      where: ['l.round = :roundMeant', 'l.category_id = :cellCategory', `${column} = :cellBand`],
      link: '',
      table: 'predictions',
      covers: [],
      category,
      parameters: { cellCategory: category, cellBand: band },
    })),
  );
}

/** Band b holds what is at least edge b-1 and below edge b. */
function bandsWithin(edges: readonly number[], min = 0, max = Number.POSITIVE_INFINITY): number[] {
  const bandOf = (value: number) => edges.filter((edge) => value >= edge).length;
  const first = bandOf(min);
  return Array.from({ length: Math.max(0, bandOf(max) - first + 1) }, (_, at) => first + at);
}

const categoriesOf = (db: RunDatabase, { category }: LabelFilter): CategoryId[] =>
  category === undefined ? db.categories.all().map(({ id }) => id) : [category];

interface SelectionCell {
  readonly category: CategoryId;
  readonly status: string;
  readonly reason: string;
}

function selectionCells(db: RunDatabase, filter: LabelFilter, measure: Measure): Cell[] {
  const asked = (['category', 'status', 'reason'] as const).filter((key) => filter[key] !== undefined);
  const cells = db.connection.all<SelectionCell>(
    `SELECT category_id AS category, status, reason FROM selection_counts WHERE round = :roundMeant AND predictions > 0
     ${asked.map((key) => ` AND ${key === 'category' ? 'category_id' : key} = :${key}`).join('')}`,
    { ...filter, roundMeant: roundMeant(filter) },
  );
  return cells.map(({ category, status, reason }) => ({
    source: `pseudo_labels l INDEXED BY pseudo_labels_by_${measure}`,
    where: ['l.round = :roundMeant', 'l.status = :cellStatus', 'l.reason = :cellReason', 'l.category_id = :cellCategory'],
    link: '',
    table: 'pseudo_labels',
    covers: [],
    category,
    parameters: { cellCategory: category, cellStatus: status, cellReason: reason },
  }));
}

interface MarkCell {
  readonly category: CategoryId;
  readonly mark: string;
}

export function markCells(db: RunDatabase, filter: LabelFilter, measure: Measure, { covered, marks }: MarksAsked): Cell[] {
  const cells = db.connection.all<MarkCell>(
    `SELECT category_id AS category, mark FROM mark_counts WHERE round = :roundMeant AND predictions > 0
     AND mark IN (SELECT value FROM json_each(:marks)) ${filter.category === undefined ? '' : 'AND category_id = :category'}`,
    { ...filter, roundMeant: roundMeant(filter), marks: JSON.stringify(marks) },
  );
  return cells.map(({ category, mark }) => ({
    source: `label_marks l ${measure === 'score' ? 'NOT INDEXED' : 'INDEXED BY label_marks_by_area'}`,
    where: ['l.round = :roundMeant', 'l.mark = :cellMark', 'l.category_id = :cellCategory'],
    link: '',
    table: 'label_marks',
    covers: covered === undefined ? [] : [covered],
    category,
    parameters: { cellCategory: category, cellMark: mark },
  }));
}

/** All of a round by image and id. */
export function imagePath({ status, reason }: LabelFilter): Path {
  const table = status === undefined && reason === undefined ? 'predictions' : 'pseudo_labels';
  const source = table === 'predictions' ? 'predictions l INDEXED BY predictions_by_image' : 'pseudo_labels l NOT INDEXED';
  return { source, where: ['l.round = :roundMeant'], link: '', table, covers: [], parameters: {} };
}

const linked = (id: string): string => `CROSS JOIN predictions l NOT INDEXED ON l.id = ${id}`;

/** Changes know their image, so that a selection answers for its predictions. */
const linkedChange = ({ status, reason }: LabelFilter): Pick<Path, 'link' | 'table'> =>
  status === undefined && reason === undefined
    ? { link: linked('m.prediction_id'), table: 'predictions' }
    : {
        link: `CROSS JOIN pseudo_labels l NOT INDEXED
          ON l.round = :roundMeant AND l.image_id = m.image_id AND l.prediction_id = m.prediction_id`,
        table: 'pseudo_labels',
      };

/** Labels by their overlap with the round before, one path a kind. */
export function changePaths(filter: LabelFilter): Path[] {
  const { change, category } = filter;
  const kinds = change === undefined ? OVERLAPPING : [change];
  return kinds.map((kind) => ({
    source: 'label_changes m NOT INDEXED',
    where: ['m.round = :round', 'm.kind = :cellKind', ...(category === undefined ? [] : ['m.category_id = :category'])],
    ...linkedChange(filter),
    covers: ['change'],
    parameters: { cellKind: kind },
  }));
}

/** Labels by the strength of what is held against them: of the kind asked for, or the strongest of each. */
export function suspicionPath(filter: LabelFilter): Path {
  const { suspicion } = filter;
  const ofKind = suspicion !== undefined && suspicion !== 'any';
  return {
    source: `suspicions l ${ofKind ? 'NOT INDEXED' : 'INDEXED BY suspicions_by_strength'}`,
    where: ['l.round = :roundMeant', ofKind ? 'l.kind = :suspicion' : 'l.strongest = 1'],
    link: '',
    table: 'suspicions',
    covers: ['suspicion'],
    parameters: {},
  };
}

/** The labels of one object: `lineIds` says which. */
export const linePath: Path = {
  source: 'json_each(:lineIds) m',
  where: ['m.value IS NOT NULL'],
  link: linked('m.value'),
  table: 'predictions',
  covers: ['line'],
  parameters: {},
};
