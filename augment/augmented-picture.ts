import {
  areaOf,
  type Box,
  boxWidth,
  type ClassIndex,
  clipBox,
  type LabelSource,
  type RgbImage,
  type Rle,
  rle,
  type Size,
} from '../core/index.ts';
import type { Arrangement, DropCounts } from './arrangement.ts';
import type { CanvasMask } from './canvas-mask.ts';

/** An object of an augmented picture, in canvas pixels. The mask is what is visible of it. */
export interface AugmentedInstance {
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  /** Whether it came from the donor. */
  readonly pasted: boolean;
  readonly box: Box;
  readonly mask: Rle;
}

/** A picture with everything on it, at full resolution. Image and objects are one record, so that they cannot drift apart. */
export interface AugmentedPicture {
  readonly image: RgbImage;
  /** The objects of the main picture, then the pasted ones. */
  readonly instances: readonly AugmentedInstance[];
  /** What is visible of the main picture's parts that are neither object nor background. */
  readonly ignored: readonly Rle[];
  readonly dropped: DropCounts;
}

export function augmentedPicture(image: RgbImage, { objects, ignored, dropped }: Arrangement): AugmentedPicture {
  return {
    image,
    instances: objects.map((object) => ({ ...object, mask: encodeMask(object.mask, image.size) })),
    ignored: ignored.map(({ mask }) => encodeMask(mask, image.size)),
    dropped,
  };
}

function encodeMask({ box, data }: CanvasMask, size: Size): Rle {
  const whole = new Uint8Array(areaOf(size));
  const inside = clipBox(box, size);
  for (let y = inside.y1; y < inside.y2; y++) {
    const from = (y - box.y1) * boxWidth(box);
    whole.set(data.subarray(from, from + boxWidth(inside)), y * size.width + inside.x1);
  }
  return rle.encode({ size, data: whole });
}
