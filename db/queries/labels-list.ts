import type { Box, CategoryId, Change, ImageId, PredictionId, Suspicion } from '../../core/index.ts';
import { type BoxColumns, boxOf } from '../masks.ts';
import { inPages } from '../paging.ts';
import type { RunDatabase } from '../run-database.ts';
import { SPOKEN } from './label-conditions.ts';
import type { LabelCursor, LabelFilter, LabelOrder } from './label-filter.ts';
import { keyReader } from './label-keys.ts';
import { type Selection, type SelectionColumns, selectionOf } from './selection.ts';

/** A line of a list. The mask comes with {@link showLabel}. */
export interface LabelLine extends LabelCursor {
  readonly round: number;
  readonly image: ImageId;
  readonly fileName: string;
  readonly category: CategoryId;
  readonly categoryName: string;
  readonly score: number;
  readonly box: Box;
  readonly areaPx2: number;
  readonly selection: Selection;
  readonly verdict: 'accepted' | 'rejected' | 'corrected' | null;
  /** What became of it since the round before; null for what was not kept, or not compared. */
  readonly change: Pick<Change, 'kind' | 'iou'> | null;
  /** The strongest that is held against it. */
  readonly suspicion: Pick<Suspicion, 'kind' | 'strength'> | null;
}

/**
 * A page of a round's predictions. Pages are cut by key, so rows that are added meanwhile never repeat or hide a line,
 * and a page costs the same wherever it is.
 * @param after the last line of the page before, or its cursor; undefined for the first page
 */
export function listLabels(db: RunDatabase, filter: LabelFilter, order: LabelOrder, limit: number, after?: LabelCursor): LabelLine[] {
  return db.connection.view(() => keyReader(db, filter, order)(after, limit).map((key) => lineOf(db, key)));
}

const BULK_PAGE = 2000;

/** The ids of all predictions of a filter, by image. The caller may decide about each while it reads. */
export function* labelIds(db: RunDatabase, filter: LabelFilter): Generator<PredictionId> {
  const read = keyReader(db, filter, 'image');
  for (const { id } of inPages((after: LabelCursor | undefined) => read(after, BULK_PAGE))) yield id;
}

type Row = Omit<LabelLine, keyof LabelCursor | 'box' | 'selection' | 'change' | 'suspicion'> &
  BoxColumns &
  SelectionColumns & {
    readonly changeKind: Change['kind'] | null;
    readonly iou: number | null;
    readonly suspicionKind: Suspicion['kind'] | null;
    readonly strength: number | null;
  };

/** The line of a prediction that is there. */
export function lineOf(db: RunDatabase, { id, rank }: LabelCursor): LabelLine {
  const { x1, y1, x2, y2, status, reason, weight, previous, changeKind, iou, suspicionKind, strength, ...line } = db.connection.one<Row>(
    `SELECT p.round, p.image_id AS image, i.file_name AS fileName, p.category_id AS category, c.name AS categoryName, p.score,
       p.x1, p.y1, p.x2, p.y2, p.area_px2 AS areaPx2, s.status, s.reason, s.weight, s.previous_id AS previous, v.verdict,
       d.kind AS changeKind, d.iou, x.kind AS suspicionKind, x.strength
     FROM predictions p JOIN images i ON i.id = p.image_id JOIN categories c ON c.id = p.category_id
     LEFT JOIN pseudo_labels s NOT INDEXED ON s.round = p.round AND s.image_id = p.image_id AND s.prediction_id = p.id
     LEFT JOIN verdicts v ON v.prediction_id = p.id AND v.standing = 1 AND ${SPOKEN}
     LEFT JOIN label_changes d ON d.prediction_id = p.id AND d.round = p.round
     LEFT JOIN suspicions x ON x.prediction_id = p.id AND x.round = p.round AND x.strongest = 1 WHERE p.id = ?`,
    [id],
  );
  return {
    id,
    rank,
    ...line,
    box: boxOf({ x1, y1, x2, y2 }),
    selection: selectionOf({ status, reason, weight, previous }),
    change: changeKind === null || iou === null ? null : { kind: changeKind, iou },
    suspicion: suspicionKind === null || strength === null ? null : { kind: suspicionKind, strength },
  };
}
