import type { Box } from './box.ts';
import type { CategoryId } from './ids.ts';
import type { Rle } from './mask.ts';

/** An object by a human hand. Crowd regions are ignored in evaluation, and are never donors nor training positives. */
export interface GroundTruth {
  readonly category: CategoryId;
  readonly box: Box;
  readonly mask: Rle;
  readonly crowd: boolean;
  /** Area as the data set states it (COCO's is that of the polygon), where that is plausible; else the mask's. Decides COCO's size bands. */
  readonly areaPx2: number;
}

/** How sure a model is of a mask's pixels, beside the score of the object. 0..1. */
export interface MaskQuality {
  /** Mean probability of the mask's pixels. */
  readonly probability: number;
  /** IoU of the mask at a lower and at a higher threshold: 1 where its edge is sharp. */
  readonly stability: number;
  /** Mask IoU of what the model sees in the picture and in its mirror image; null where it looked only once. */
  readonly flipAgreement: number | null;
}

/** An object that a model claims, in the data set's categories. Score 0..1; the box is the model's own, the mask lies inside the image. */
export interface Prediction {
  readonly category: CategoryId;
  readonly score: number;
  readonly box: Box;
  readonly mask: Rle;
  /** Absent where the model gives no probabilities of pixels. */
  readonly quality?: MaskQuality;
}
