import {
  areaOf,
  type Box,
  boxArea,
  boxWidth,
  type ClassIndex,
  clipBox,
  type LabelSource,
  type RgbImage,
  type Rle,
  rle,
  type Size,
} from '../core/index.ts';
import { type Arrangement, countDropped, type DropCounts, type DropReason } from './arrangement.ts';
import type { CanvasMask } from './canvas-mask.ts';
import type { Occlusion } from './occlusion.ts';

/** An object of an augmented picture, in canvas pixels. The mask is what is visible of it. */
export interface AugmentedInstance {
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  /** Whether it came from the donor. */
  readonly pasted: boolean;
  readonly box: Box;
  readonly mask: Rle;
}

/** An object that is not on the picture to be learned, in canvas pixels. */
export interface DroppedInstance {
  readonly reason: DropReason;
  /** Of an occluded one, how; null for the others. */
  readonly occlusion: Occlusion | null;
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  /** Whether it would have come from the donor. */
  readonly pasted: boolean;
  /** Where it is or would be: beyond the canvas as far as it reaches; its area is 0 where it falls between pixels. */
  readonly box: Box;
  /** What of it lies on the canvas; of an occluded one, before anything was pasted over it. It may have no pixel. */
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
  /** What was dropped, and where it would be. */
  readonly droppedInstances: readonly DroppedInstance[];
}

export function augmentedPicture(image: RgbImage, { objects, ignored, dropped }: Arrangement): AugmentedPicture {
  return {
    image,
    instances: objects.map((object) => ({ ...object, mask: encodeMask(object.mask, image.size) })),
    ignored: ignored.map(({ mask }) => encodeMask(mask, image.size)),
    dropped: countDropped(dropped),
    droppedInstances: dropped.map((object) => ({ ...object, mask: encodeMask(object.mask, image.size) })),
  };
}

function encodeMask({ box, data }: CanvasMask, size: Size): Rle {
  const whole = new Uint8Array(areaOf(size));
  const inside = clipBox(box, size);
  if (boxArea(inside) === 0) return rle.encode({ size, data: whole });
  for (let y = inside.y1; y < inside.y2; y++) {
    const from = (y - box.y1) * boxWidth(box);
    whole.set(data.subarray(from, from + boxWidth(inside)), y * size.width + inside.x1);
  }
  return rle.encode({ size, data: whole });
}
