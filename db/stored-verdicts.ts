import type { CategoryId, PredictionId, Rle, Size, VerdictId } from '../core/index.ts';
import type { Drawing } from './judgements.ts';
import { boxOf, maskOf, type ShapeColumns } from './masks.ts';

/** Who said so, why, and when. */
export interface Signature {
  readonly who: string;
  readonly why: string;
  readonly atMs: number;
}

/** A verdict that stands, with the object that it speaks of, so that this can be recognized in later rounds. */
export type StoredVerdict = Signature & { readonly id: VerdictId } & (
    | (OnPrediction & { readonly verdict: 'accepted' | 'rejected' })
    | (OnPrediction & { readonly verdict: 'corrected'; readonly correction: Drawing })
    | {
        readonly of: 'drawn';
        /** The verdict that drew it first, by which it is known. */
        readonly drawn: VerdictId;
        readonly verdict: 'drawn' | 'corrected';
        readonly correction: Drawing;
      }
    | { readonly of: 'image'; readonly verdict: 'rejected' }
  );

interface OnPrediction {
  readonly of: 'prediction';
  readonly prediction: PredictionId;
  /** The prediction's, as are category and mask. */
  readonly round: number;
  readonly category: CategoryId;
  readonly mask: Rle;
}

/** What {@link storedVerdict} reads: a verdict as `v`, its action as `a`, its prediction, if there is one, as `p`. */
export const STORED_VERDICT = `v.id, v.verdict, a.who, a.why, a.at_ms AS atMs, v.prediction_id AS prediction, v.drawn_id AS drawn,
  v.category_id AS category, v.x1, v.y1, v.x2, v.y2, v.rle, p.round, p.category_id AS saidCategory, p.rle AS saidRle`;

/** A drawing as columns. */
export interface DrawingColumns extends ShapeColumns {
  readonly category: CategoryId;
}

/** A standing verdict that says something: 'withdrawn' ones and drawings that were rejected are not read. */
export type StoredVerdictRow = Signature & { readonly id: VerdictId } & (
    | ({ readonly drawn: null } & SaidColumns & { readonly verdict: 'accepted' | 'rejected' })
    | ({ readonly drawn: null } & SaidColumns & { readonly verdict: 'corrected' } & DrawingColumns)
    | ({ readonly prediction: null; readonly drawn: VerdictId | null; readonly verdict: 'drawn' | 'corrected' } & DrawingColumns)
    | { readonly prediction: null; readonly drawn: null; readonly verdict: 'rejected' }
  );

interface SaidColumns {
  readonly prediction: PredictionId;
  readonly round: number;
  readonly saidCategory: CategoryId;
  readonly saidRle: string;
}

/** @param size of the image */
export function storedVerdict(row: StoredVerdictRow, size: Size): StoredVerdict {
  const facts = { id: row.id, who: row.who, why: row.why, atMs: row.atMs };
  if (row.prediction === null)
    return row.verdict === 'rejected'
      ? { ...facts, of: 'image', verdict: row.verdict }
      : { ...facts, of: 'drawn', drawn: row.drawn ?? row.id, verdict: row.verdict, correction: drawingOf(row, size) };
  const said = {
    of: 'prediction',
    prediction: row.prediction,
    round: row.round,
    category: row.saidCategory,
    mask: maskOf({ rle: row.saidRle }, size),
  } as const;
  if (row.verdict === 'corrected') return { ...facts, ...said, verdict: row.verdict, correction: drawingOf(row, size) };
  return { ...facts, ...said, verdict: row.verdict };
}

/** @param size of the image */
export const drawingOf = (columns: DrawingColumns, size: Size): Drawing => ({
  category: columns.category,
  box: boxOf(columns),
  mask: maskOf(columns, size),
});
