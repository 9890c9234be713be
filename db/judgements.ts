import {
  type Box,
  badValue,
  type CategoryId,
  expectation,
  type ImageId,
  type PredictionId,
  type Rle,
  rle,
  SelfpasteError,
  type Size,
  sameSize,
  showSize,
  type VerdictId,
} from '../core/index.ts';
import type { Connection } from './connection.ts';
import type { Subset } from './images.ts';
import { maskText } from './masks.ts';

/**
 * A person's decision about one thing: a prediction, an object that a person drew (known by the verdict that drew it), or all that models
 * say of an image. `corrected` puts another category, another mask or both in the place of what was there; `withdrawn` says nothing any
 * more, so that the policy decides.
 */
export type Judgement =
  | { readonly of: 'prediction'; readonly prediction: PredictionId; readonly verdict: 'accepted' | 'rejected' | 'withdrawn' }
  | ({ readonly of: 'prediction'; readonly prediction: PredictionId; readonly verdict: 'corrected' } & Outlined)
  | { readonly of: 'drawn'; readonly drawn: VerdictId; readonly verdict: 'rejected' | 'withdrawn' }
  | ({ readonly of: 'drawn'; readonly drawn: VerdictId; readonly verdict: 'corrected' } & Outlined)
  | { readonly of: 'image'; readonly image: ImageId; readonly verdict: 'rejected' | 'withdrawn' }
  | ({ readonly of: 'image'; readonly image: ImageId; readonly verdict: 'drawn' } & Outlined);

interface Outlined {
  readonly category: CategoryId;
  /** At least one pixel, in the size of its image. */
  readonly mask: Rle;
}

/** An object by a person's hand. */
export interface Drawing {
  readonly category: CategoryId;
  /** Tight. */
  readonly box: Box;
  readonly mask: Rle;
}

/** The columns of a verdict that come from its judgement. */
export interface JudgementColumns {
  readonly image: ImageId;
  readonly prediction: PredictionId | null;
  readonly drawn: VerdictId | null;
  readonly verdict: Judgement['verdict'];
  readonly category: CategoryId | null;
  readonly x1: number | null;
  readonly y1: number | null;
  readonly x2: number | null;
  readonly y2: number | null;
  readonly areaPx2: number | null;
  readonly rle: string | null;
}

interface TargetImage {
  readonly image: ImageId;
  readonly size: Size;
}

/**
 * A judgement as columns, once what it speaks of is there.
 * @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING, USAGE_NO_IMAGE, USAGE_HUMAN_LABELED, USAGE_EMPTY_MASK
 */
export function judgementColumns(connection: Connection, judgement: Judgement): JudgementColumns {
  const { image, size } = targetImage(connection, judgement);
  const drawing = 'mask' in judgement ? drawingColumns(judgement, size) : NO_DRAWING;
  const prediction = judgement.of === 'prediction' ? judgement.prediction : null;
  const drawn = judgement.of === 'drawn' ? judgement.drawn : null;
  return { image, prediction, drawn, verdict: judgement.verdict, ...drawing };
}

const NO_DRAWING = { category: null, x1: null, y1: null, x2: null, y2: null, areaPx2: null, rle: null };

function drawingColumns({ category, mask }: Outlined, size: Size) {
  if (!sameSize(mask.size, size)) throw badValue('mask size', `the image's ${showSize(size)}`, showSize(mask.size));
  const areaPx2 = rle.area(mask);
  if (areaPx2 === 0) throw emptyMask();
  return { category, ...rle.toBox(mask), areaPx2, rle: maskText(mask) };
}

interface TargetRow {
  readonly image: ImageId;
  readonly width: number;
  readonly height: number;
  readonly subset: Subset;
}

function targetImage(connection: Connection, judgement: Judgement): TargetImage {
  const row = targetRow(connection, judgement);
  if (!row) throw noTarget(judgement);
  if (row.subset !== 'unlabeled') throw humanLabeled(row);
  return { image: row.image, size: { width: row.width, height: row.height } };
}

const IMAGE = 'i.id AS image, i.width, i.height, i.subset';

function targetRow(connection: Connection, judgement: Judgement): TargetRow | undefined {
  if (judgement.of === 'prediction')
    return connection.get<TargetRow>(`SELECT ${IMAGE} FROM predictions p JOIN images i ON i.id = p.image_id WHERE p.id = ?`, [
      judgement.prediction,
    ]);
  if (judgement.of === 'image') return connection.get<TargetRow>(`SELECT ${IMAGE} FROM images i WHERE i.id = ?`, [judgement.image]);
  return connection.get<TargetRow>(
    `SELECT ${IMAGE} FROM verdicts v JOIN images i ON i.id = v.image_id JOIN actions a ON a.id = v.action_id
     WHERE v.id = ? AND v.verdict = 'drawn' AND a.undone_at_ms IS NULL`,
    [judgement.drawn],
  );
}

/** The target of a judgement that the database does not have. */
function noTarget(judgement: Judgement): SelfpasteError {
  if (judgement.of === 'prediction') return noPrediction(judgement.prediction);
  return judgement.of === 'drawn' ? noDrawing(judgement.drawn) : noImage(judgement.image);
}

export function noPrediction(id: PredictionId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_PREDICTION',
    expectation('prediction', 'the id of a prediction of this run', id),
    'list the predictions and their ids with `selfpaste labels list`',
  );
}

function noDrawing(id: VerdictId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_DRAWING',
    expectation('drawn label', 'the id of a label that a person drew, and did not undo', id),
    'list what people drew with `selfpaste labels list --verdict drawn`',
  );
}

export function noImage(id: ImageId): SelfpasteError {
  return new SelfpasteError(
    'USAGE_NO_IMAGE',
    expectation('image', 'the id of an image of this run', id),
    'list predictions with the ids of their images with `selfpaste labels list`',
  );
}

function humanLabeled({ image, subset }: TargetRow): SelfpasteError {
  return new SelfpasteError(
    'USAGE_HUMAN_LABELED',
    `Expected an unlabeled image for image, got ${image}, which is of the ${subset} ones: human labels are never written over`,
    'correct them in the data set, and start a new run',
  );
}

function emptyMask(): SelfpasteError {
  return new SelfpasteError(
    'USAGE_EMPTY_MASK',
    'Expected at least one pixel for the mask of a label, got none',
    'draw the object, or reject the label instead',
  );
}
