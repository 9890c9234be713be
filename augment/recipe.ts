import type { Size } from '../core/index.ts';

/** Range of a uniform scale factor; 1 fits the picture's longest side to the canvas. */
export interface Jitter {
  readonly from: number;
  readonly to: number;
}

/** The jitter ranges of the paper (section 3). */
export const LargeScaleJitter: Jitter = { from: 0.1, to: 2 };
export const StandardScaleJitter: Jitter = { from: 0.8, to: 1.25 };

/**
 * How training pictures are made: the strong recipe of the student. Plain data, produced by the configuration.
 * `canvas` is the student's input, a multiple of `prototypeStride` on both sides.
 */
export interface AugmentRecipe {
  readonly canvas: Size;
  /** Canvas pixels a side of a prototype cell. */
  readonly prototypeStride: 2 | 4;
  /** Scale of the picture underneath. */
  readonly main: Jitter;
  /** Scale of the picture whose objects are pasted. */
  readonly donor: Jitter;
  /** Probability 0..1 of a left-right mirror image, drawn for each picture. */
  readonly flip: number;
  /** Probability 0..1 of a top-bottom mirror image, drawn for each picture. */
  readonly verticalFlip: number;
  readonly copyPaste: {
    /** Probability 0..1 that a sample receives pasted objects; 1 in the paper. */
    readonly probability: number;
    /** At most so many objects are pasted; null sets no limit. */
    readonly maxDonorObjects: number | null;
  };
  /** An object that is pasted over is dropped when less than this fraction 0..1 of its canvas pixels stays visible. */
  readonly minVisibleFraction: number;
  /** An object with fewer visible canvas pixels is dropped. At least 1. */
  readonly minVisiblePx: number;
  /** Standard deviation in canvas pixels of the Gaussian that softens the edges of pasted objects; 0 pastes hard edges, which scores the same. */
  readonly blendSigma: number;
}

/** The paper's recipe (Copy-Paste on Large Scale Jitter) for a canvas. */
export function copyPasteRecipe(canvas: Size): AugmentRecipe {
  return {
    canvas,
    prototypeStride: 4,
    main: LargeScaleJitter,
    donor: LargeScaleJitter,
    flip: 0.5,
    verticalFlip: 0,
    copyPaste: { probability: 1, maxDonorObjects: null },
    minVisibleFraction: 0.1,
    minVisiblePx: 4,
    blendSigma: 0,
  };
}
