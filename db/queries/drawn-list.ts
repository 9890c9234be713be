import type { Box, CategoryId, VerdictId } from '../../core/index.ts';
import { type BoxColumns, boxOf } from '../masks.ts';
import type { RunDatabase } from '../run-database.ts';
import type { DrawnLabel } from './label-drawing.ts';
import type { LabelFilter, LabelOrder } from './label-filter.ts';

/** Which objects that people drew, as they stand. They are of no round and have no score. */
export type DrawnFilter = Pick<LabelFilter, 'category' | 'image' | 'minAreaPx2' | 'maxAreaPx2'>;

/** The orders of lists that drawn labels have. */
export const DRAWN_ORDERS = ['image', 'area-desc', 'area-asc'] as const satisfies readonly LabelOrder[];
export type DrawnOrder = (typeof DRAWN_ORDERS)[number];

/** Where a line stands in its order: by rank, then by id. The next page starts after it. */
export interface DrawnCursor {
  readonly drawn: VerdictId;
  /** What the order sorts by: the image's id, or an area in px2. */
  readonly rank: number;
}

/** A line of a list: what a person drew, or made of it since. The mask comes with {@link standingDrawing}. */
export interface DrawnLine extends DrawnLabel, DrawnCursor {
  readonly fileName: string;
  readonly category: CategoryId;
  readonly categoryName: string;
  readonly box: Box;
  readonly areaPx2: number;
  readonly verdict: 'drawn' | 'corrected';
}

/**
 * A page of what people drew and that stands: not rejected, withdrawn or undone. Pages are cut by key. Each is found among all drawings
 * of the run, without their masks: people draw few.
 * @param after the last line of the page before, or its cursor; undefined for the first page
 */
export function listDrawn(db: RunDatabase, filter: DrawnFilter, order: DrawnOrder, limit: number, after?: DrawnCursor): DrawnLine[] {
  const { rank, way, beyond } = SORTS[order];
  const seek = after === undefined ? [] : [`(${rank}, d.id) ${beyond} (:afterRank, :afterDrawn)`];
  const rows = db.connection.all<Row>(
    `SELECT d.id AS drawn, ${rank} AS rank, v.image_id AS image, i.file_name AS fileName, v.category_id AS category, c.name AS categoryName,
       v.x1, v.y1, v.x2, v.y2, v.area_px2 AS areaPx2, v.verdict
     FROM ${STANDING} CROSS JOIN images i ON i.id = v.image_id CROSS JOIN categories c ON c.id = v.category_id
     WHERE ${[...conditionsOf(filter), ...seek].join(' AND ')} ORDER BY ${rank} ${way}, d.id ${way} LIMIT :limit`,
    { ...filter, limit, ...(after === undefined ? {} : { afterRank: after.rank, afterDrawn: after.drawn }) },
  );
  return rows.map(({ x1, y1, x2, y2, ...line }) => ({ ...line, box: boxOf({ x1, y1, x2, y2 }) }));
}

type Row = Omit<DrawnLine, 'box'> & BoxColumns;

/** The ids of all that people drew of a filter, by image. */
export function drawnIds(db: RunDatabase, filter: DrawnFilter): VerdictId[] {
  return db.connection
    .all<{ id: VerdictId }>(`SELECT d.id FROM ${STANDING} WHERE ${conditionsOf(filter).join(' AND ')} ORDER BY v.image_id, d.id`, {
      ...filter,
    })
    .map(({ id }) => id);
}

const SORTS: Readonly<Record<DrawnOrder, { readonly rank: string; readonly way: 'ASC' | 'DESC'; readonly beyond: '>' | '<' }>> = {
  image: { rank: 'v.image_id', way: 'ASC', beyond: '>' },
  'area-desc': { rank: 'v.area_px2', way: 'DESC', beyond: '<' },
  'area-asc': { rank: 'v.area_px2', way: 'ASC', beyond: '>' },
};

/**
 * Every drawing as `d`, with what stands about it as `v`: itself, or the last verdict about it. Found by action, as verdicts about
 * predictions may be millions and actions are not.
 */
const STANDING = `actions a CROSS JOIN verdicts d INDEXED BY verdicts_by_action ON d.action_id = a.id AND d.verdict = 'drawn'
  CROSS JOIN verdicts v ON v.id = coalesce((SELECT o.id FROM verdicts o WHERE o.drawn_id = d.id AND o.standing = 1), d.id)`;

const conditionsOf = (filter: DrawnFilter): string[] => [
  'v.standing = 1',
  "v.verdict IN ('drawn', 'corrected')",
  ...CONDITIONS.flatMap(([key, condition]) => (filter[key] === undefined ? [] : [condition])),
];

const CONDITIONS: readonly (readonly [keyof DrawnFilter, string])[] = [
  ['category', 'v.category_id = :category'],
  ['image', 'v.image_id = :image'],
  ['minAreaPx2', 'v.area_px2 >= :minAreaPx2'],
  ['maxAreaPx2', 'v.area_px2 <= :maxAreaPx2'],
];
