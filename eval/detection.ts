import type { GroundTruth, Prediction } from '../core/index.ts';

/**
 * A prediction to be measured. `areaPx2` decides which size band an unmatched detection counts in; without it, it is the mask's area for
 * 'segm' and the box's for 'bbox'. pycocotools' loadRes takes the box's area for 'segm' as well where the results carry a `bbox`:
 * pass that area to get its numbers.
 */
export type Detection = Prediction & StatedBox & { readonly areaPx2?: number };

/**
 * COCO states width and height, not the far corner, and its box overlaps are made of their product: with fractional coordinates
 * (x + width) - x is not always width. Pass width * height to get COCO's numbers to the last bit; without it, it is that of the corners.
 */
export interface StatedBox {
  readonly boxAreaPx2?: number;
}

/** A truth to be found. */
export type Truth = GroundTruth & StatedBox;

/** What overlap is measured on: masks or boxes. */
export type IouType = 'segm' | 'bbox';
