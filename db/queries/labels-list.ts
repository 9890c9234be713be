import type { Box, CategoryId, ImageId, PredictionId } from '../../core/index.ts';
import type { SqlParameters, SqlValue } from '../connection.ts';
import { type BoxColumns, boxOf } from '../masks.ts';
import type { RunDatabase } from '../run-database.ts';
import { type Selection, type SelectionColumns, selectionOf } from './selection.ts';

/** Which predictions of a round. Scores are inclusive, 0..1. */
export interface LabelFilter {
  readonly round: number;
  readonly category?: CategoryId;
  readonly minScore?: number;
  readonly maxScore?: number;
  readonly status?: 'kept' | 'dropped';
  readonly image?: ImageId;
}

/** By score (ties by id), or by image and then id. */
export type LabelOrder = 'score-desc' | 'score-asc' | 'image';

/** Where a line stands in each order; the next page starts after it. */
export interface LabelCursor {
  readonly id: PredictionId;
  readonly image: ImageId;
  readonly score: number;
}

/** A line of a list. The mask comes with {@link showLabel}. */
export interface LabelLine extends LabelCursor {
  readonly fileName: string;
  readonly category: CategoryId;
  readonly categoryName: string;
  readonly box: Box;
  readonly areaPx2: number;
  readonly selection: Selection;
  readonly verdict: 'accepted' | 'rejected' | null;
}

/**
 * A page of a round's predictions. Pages are cut by key, so rows that are added meanwhile never repeat or hide a line,
 * and a page costs the same wherever it is.
 * @param after the last line of the page before; undefined for the first page
 */
export function listLabels(db: RunDatabase, filter: LabelFilter, order: LabelOrder, limit: number, after?: LabelCursor): LabelLine[] {
  const read = (one: LabelFilter) => readKeys(db, one, order, limit, after);
  const isOneWalk = order === 'image' || filter.image !== undefined || filter.category !== undefined;
  const keys = isOneWalk ? read(filter) : db.categories.all().flatMap(({ id }) => read({ ...filter, category: id }));
  return keys
    .sort(COMPARE[order])
    .slice(0, limit)
    .map(({ id }) => lineOf(db, id));
}

const COMPARE: Readonly<Record<LabelOrder, (a: LabelCursor, b: LabelCursor) => number>> = {
  'score-desc': (a, b) => b.score - a.score || b.id - a.id,
  'score-asc': (a, b) => a.score - b.score || a.id - b.id,
  image: (a, b) => a.image - b.image || a.id - b.id,
};

/** The table that a page walks: the selection where its status is asked for, else all predictions. */
interface Walk {
  readonly table: 'predictions' | 'pseudo_labels';
  readonly id: 'id' | 'prediction_id';
}

/**
 * The first keys of a page. Scores are indexed within a category only (a second index on scores would halve the speed of labeling),
 * so a page by score over all categories is merged from theirs.
 */
function readKeys(db: RunDatabase, filter: LabelFilter, order: LabelOrder, limit: number, after: LabelCursor | undefined): LabelCursor[] {
  const walk: Walk = filter.status === undefined ? { table: 'predictions', id: 'id' } : { table: 'pseudo_labels', id: 'prediction_id' };
  const { by, seek } = orderOf(order, walk);
  const conditions = [...conditionsOf(filter), ...(after ? [seek] : [])];
  return db.connection.all<LabelCursor>(
    `SELECT ${walk.id} AS id, image_id AS image, score FROM ${walk.table} WHERE ${conditions.join(' AND ')} ORDER BY ${by} LIMIT :limit`,
    parametersOf(filter, limit, after),
  );
}

function orderOf(order: LabelOrder, { id }: Walk): { readonly by: string; readonly seek: string } {
  if (order === 'image') return { by: `image_id, ${id}`, seek: `(image_id, ${id}) > (:afterImage, :afterId)` };
  if (order === 'score-asc') return { by: `score, ${id}`, seek: `(score, ${id}) > (:afterScore, :afterId)` };
  return { by: `score DESC, ${id} DESC`, seek: `(score, ${id}) < (:afterScore, :afterId)` };
}

function conditionsOf({ status, category, image, minScore, maxScore }: LabelFilter): string[] {
  const conditions = ['round = :round'];
  if (status !== undefined) conditions.push('status = :status');
  if (image !== undefined) conditions.push('image_id = :image');
  // The plus keeps SQLite from the category's index where the image's finds a handful of rows.
  if (category !== undefined) conditions.push(image === undefined ? 'category_id = :category' : '+category_id = :category');
  if (minScore !== undefined) conditions.push('score >= :minScore');
  if (maxScore !== undefined) conditions.push('score <= :maxScore');
  return conditions;
}

function parametersOf(filter: LabelFilter, limit: number, after: LabelCursor | undefined): SqlParameters {
  const seek: Record<string, SqlValue> = after ? { afterId: after.id, afterScore: after.score, afterImage: after.image } : {};
  return { ...filter, ...seek, limit };
}

type Row = Omit<LabelLine, 'box' | 'selection'> & BoxColumns & SelectionColumns;

function lineOf(db: RunDatabase, prediction: PredictionId): LabelLine {
  const { x1, y1, x2, y2, status, reason, weight, previous, ...line } = db.connection.one<Row>(
    `SELECT p.id, p.image_id AS image, i.file_name AS fileName, p.category_id AS category, c.name AS categoryName, p.score,
       p.x1, p.y1, p.x2, p.y2, p.area_px2 AS areaPx2, s.status, s.reason, s.weight, s.previous_id AS previous, v.verdict
     FROM predictions p JOIN images i ON i.id = p.image_id JOIN categories c ON c.id = p.category_id
     LEFT JOIN pseudo_labels s ON s.round = p.round AND s.image_id = p.image_id AND s.prediction_id = p.id
     LEFT JOIN verdicts v ON v.prediction_id = p.id WHERE p.id = ?`,
    [prediction],
  );
  return { ...line, box: boxOf({ x1, y1, x2, y2 }), selection: selectionOf({ status, reason, weight, previous }) };
}
