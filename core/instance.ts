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

/** An object that a model claims, in the data set's categories. Score 0..1; the box is the model's own, the mask lies inside the image. */
export interface Prediction {
  readonly category: CategoryId;
  readonly score: number;
  readonly box: Box;
  readonly mask: Rle;
}
