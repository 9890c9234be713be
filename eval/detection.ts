import type { Prediction } from '../core/index.ts';

/**
 * A prediction to be measured. `areaPx2` decides which size band an unmatched detection counts in; without it, it is the mask's area for
 * 'segm' and the box's for 'bbox'. pycocotools' loadRes takes the box's area for 'segm' as well where the results carry a `bbox`:
 * pass that area to get its numbers.
 */
export type Detection = Prediction & { readonly areaPx2?: number };

/** What overlap is measured on: masks or boxes. */
export type IouType = 'segm' | 'bbox';
