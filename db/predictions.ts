import type { CategoryId, ImageId, MaskQuality, ModelId, Prediction, PredictionId, Size } from '../core/index.ts';
import { boxOf, maskOf, type ShapeColumns } from './masks.ts';

/** Something a model said, with where and when it said it. Never changed once it is in the database. */
export interface StoredPrediction extends Prediction {
  readonly id: PredictionId;
  readonly round: number;
  readonly image: ImageId;
  readonly model: ModelId;
  /** Area of the mask. */
  readonly areaPx2: number;
}

/** A prediction as its columns. */
export interface PredictionColumns extends ShapeColumns {
  readonly id: PredictionId;
  readonly round: number;
  readonly image_id: ImageId;
  readonly model_id: ModelId;
  readonly category_id: CategoryId;
  readonly score: number;
  readonly area_px2: number;
  readonly mask_probability: number | null;
  readonly mask_stability: number | null;
  readonly flip_agreement: number | null;
}

/** @param size the image's */
export function predictionOf(row: PredictionColumns, size: Size): StoredPrediction {
  return {
    id: row.id,
    round: row.round,
    image: row.image_id,
    model: row.model_id,
    category: row.category_id,
    score: row.score,
    box: boxOf(row),
    areaPx2: row.area_px2,
    mask: maskOf(row, size),
    ...qualityOf(row),
  };
}

function qualityOf({ mask_probability, mask_stability, flip_agreement }: PredictionColumns): { readonly quality?: MaskQuality } {
  if (mask_probability === null || mask_stability === null) return {};
  return { quality: { probability: mask_probability, stability: mask_stability, flipAgreement: flip_agreement } };
}
