import { type Box, type CategoryId, type Rle, rle, type Size, toXywh } from '../core/index.ts';
import type { CocoCategory } from './coco-categories.ts';

/** An object to write: the box is the model's own or the mask's, the score (0..1) is absent for a human label. */
export interface CocoInstance {
  readonly imageId: number;
  readonly category: CategoryId;
  readonly mask: Rle;
  readonly box: Box;
  readonly score?: number;
}

export interface CocoImageRecord {
  readonly id: number;
  readonly fileName: string;
  readonly size: Size;
}

/** COCO's compressed RLE; size is [height, width]. */
export interface CocoRle {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
}

/** COCO's [x, y, width, height]. */
export type CocoBbox = readonly [x: number, y: number, width: number, height: number];

export interface CocoDatasetJson {
  readonly images: readonly { readonly id: number; readonly file_name: string; readonly width: number; readonly height: number }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly CocoAnnotationJson[];
}

export interface CocoAnnotationJson {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly segmentation: CocoRle;
  readonly bbox: CocoBbox;
  readonly area: number;
  readonly iscrowd: 0;
  readonly score?: number;
}

export interface CocoResultJson {
  readonly image_id: number;
  readonly category_id: number;
  readonly segmentation: CocoRle;
  readonly bbox: CocoBbox;
  readonly score: number;
}

/** A COCO instance file: annotations get the ids 1, 2, ... in order; `area` is the mask's, in px2. */
export function cocoDataset(
  images: readonly CocoImageRecord[],
  categories: readonly CocoCategory[],
  instances: readonly CocoInstance[],
): CocoDatasetJson {
  return {
    images: images.map(({ id, fileName, size }) => ({ id, file_name: fileName, width: size.width, height: size.height })),
    categories: categories.map(({ id, name }) => ({ id, name })),
    annotations: instances.map((instance, index) => ({
      id: index + 1,
      ...placement(instance),
      area: rle.area(instance.mask),
      iscrowd: 0,
      ...(instance.score === undefined ? {} : { score: instance.score }),
    })),
  };
}

/** A plain COCO results array, as COCO's own evaluation reads it. */
export function cocoResults(instances: readonly (CocoInstance & { readonly score: number })[]): CocoResultJson[] {
  return instances.map((instance) => ({ ...placement(instance), score: instance.score }));
}

function placement({ imageId, category, mask, box }: CocoInstance) {
  const { x, y, width, height } = toXywh(box);
  return {
    image_id: imageId,
    category_id: category as number,
    segmentation: { size: [mask.size.height, mask.size.width], counts: rle.countsToString(mask.counts) },
    bbox: [x, y, width, height],
  } as const;
}
