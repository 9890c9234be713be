import type { Box } from './box.ts';
import type { ClassIndex } from './ids.ts';
import type { RgbImage } from './image.ts';

/** A label by a human hand. */
export interface HumanSource {
  readonly by: 'human';
}

/** Where a training label came from: a human hand, or a teacher (then with its weight 0..1). */
export type LabelSource = HumanSource | { readonly by: 'teacher'; readonly weight: number };

/**
 * One object of a training picture, in canvas pixels.
 * Its mask is kept at prototype resolution and cut to `grid` (half-open cells), as the share of each cell that the object covers, 0..255.
 */
export interface SampleInstance {
  readonly classIndex: ClassIndex;
  readonly box: Box;
  readonly source: LabelSource;
  readonly grid: Box;
  readonly coverage: Uint8Array;
}

/**
 * A part of a training picture that is neither object nor background: nobody knows what is there. In canvas pixels;
 * `grid` and `coverage` mean what they mean of a SampleInstance.
 */
export interface IgnoredRegion {
  readonly box: Box;
  readonly grid: Box;
  readonly coverage: Uint8Array;
}

/** A training picture with everything on it. Image and objects are one record, so that they cannot drift apart. */
export interface Sample {
  readonly image: RgbImage;
  readonly instances: readonly SampleInstance[];
  /** What the student learns nothing from, except where an object lies over it. */
  readonly ignored: readonly IgnoredRegion[];
  /** Whether the picture underneath was labeled by a human or by a teacher. */
  readonly stream: 'labeled' | 'pseudo';
}
