import { badValue, type Size } from '../core/index.ts';

/** Range of a uniform scale factor; 1 fits the picture's longest side to the canvas. */
export interface Jitter {
  readonly from: number;
  readonly to: number;
}

/** The jitter ranges of the paper (section 3). */
export const LargeScaleJitter: Jitter = { from: 0.1, to: 2 };
export const StandardScaleJitter: Jitter = { from: 0.8, to: 1.25 };

/**
 * What becomes of an object that is pasted over.
 * - `relative`: it is dropped when less than this fraction 0..1 of its canvas pixels stays visible; its box is always tight.
 * - `paper`: it is dropped when at most `remainingPx` pixels of it, counted in its own picture's pixels, stay visible; a side of its box
 *   moves only when it moved by more than `boxMovePx` canvas pixels. `wholePicture` is a quirk of the paper's released code: what counts
 *   is not whether the object itself was occluded, but whether any object of the picture lost so much that a box side moved.
 */
export type OcclusionRule =
  | { readonly kind: 'relative'; readonly minVisibleFraction: number }
  | { readonly kind: 'paper'; readonly remainingPx: number; readonly boxMovePx: number; readonly wholePicture: boolean };

/**
 * How training pictures are made: the strong recipe of the student. Plain data, produced by the configuration.
 * `canvas` is the student's input, a multiple of `prototypeStride` on both sides.
 */
export interface AugmentRecipe {
  readonly canvas: Size;
  /** Canvas pixels a side of a prototype cell. */
  readonly prototypeStride: 2 | 4;
  /** Share 0..1 of the training pictures that are pseudo-labeled ones, where there are any; half in the paper (section 4.1). */
  readonly pseudoShare: number;
  /** Scale of human-labeled pictures, of pseudo-labeled ones, and of those whose objects are pasted. */
  readonly jitter: { readonly labeled: Jitter; readonly pseudo: Jitter; readonly donor: Jitter };
  /** Where a picture that is smaller than the canvas lies. The paper's code pads at the right and below. */
  readonly place: 'anywhere' | 'top-left';
  /** Probability 0..1 of a left-right mirror image, drawn for each picture. */
  readonly flip: number;
  /** Probability 0..1 of a top-bottom mirror image, drawn for each picture. */
  readonly verticalFlip: number;
  readonly copyPaste: {
    /** Probability 0..1 that a sample receives pasted objects; 1 in the paper. */
    readonly probability: number;
    /** At most so many objects are pasted; null sets no limit. */
    readonly maxDonorObjects: number | null;
    /** `uniform` over pictures with objects; `balanced` draws a class first, so that each class is as likely as any other to be among what is pasted; other objects of the same picture may come with it. */
    readonly donors: 'uniform' | 'balanced';
  };
  /**
   * Repeat-factor sampling: pictures with a class that is in less than this share 0..1 of its list's pictures are shown more often
   * (0.001 for LVIS). Null shows each once an epoch.
   */
  readonly repeatThreshold: number | null;
  readonly occlusion: OcclusionRule;
  /** An object with fewer visible canvas pixels is dropped. At least 1. */
  readonly minVisiblePx: number;
  /** At most so many instances a sample, pasted ones going first; null sets no limit. */
  readonly maxInstances: number | null;
  /** Standard deviation in canvas pixels of the Gaussian that softens the edges of pasted objects; 0 pastes hard edges, which scores the same. */
  readonly blendSigma: number;
}

/**
 * A recipe for a canvas. Both have Large Scale Jitter, flips and Copy-Paste as in the paper (section 3).
 * - `default`: occlusion is judged relative to the object, boxes are always tight, small pictures lie anywhere.
 * - `paper`: as the released code (300 px, 10 px, no translation, at most 100 instances), but for two quirks: `wholePicture` is off, and
 *   donors with few objects are not drawn a little less often.
 */
export function copyPasteRecipe(canvas: Size, preset: 'default' | 'paper' = 'default'): AugmentRecipe {
  const shared = {
    canvas,
    prototypeStride: 4,
    pseudoShare: 0.5,
    jitter: { labeled: LargeScaleJitter, pseudo: LargeScaleJitter, donor: LargeScaleJitter },
    flip: 0.5,
    verticalFlip: 0,
    copyPaste: { probability: 1, maxDonorObjects: null, donors: 'uniform' },
    repeatThreshold: null,
    blendSigma: 0,
  } as const;
  if (preset === 'default')
    return {
      ...shared,
      place: 'anywhere',
      occlusion: { kind: 'relative', minVisibleFraction: 0.1 },
      minVisiblePx: 4,
      maxInstances: null,
    };
  return {
    ...shared,
    place: 'top-left',
    occlusion: { kind: 'paper', remainingPx: 300, boxMovePx: 10, wholePicture: false },
    minVisiblePx: 1,
    maxInstances: 100,
  };
}

/** Whole sides of 1 or more. */
export const isSize = ({ width, height }: Size): boolean =>
  Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;

const isShare = (value: number): boolean => value >= 0 && value <= 1;
const isCount = (value: number | null): boolean => value === null || (Number.isInteger(value) && value >= 1);

/** @throws SelfpasteError BAD_VALUE for a recipe that means nothing */
export function checkRecipe(recipe: AugmentRecipe): void {
  const { canvas, pseudoShare, jitter, flip, verticalFlip, copyPaste, minVisiblePx, maxInstances, blendSigma } = recipe;
  if (!isSize(canvas)) throw badValue('canvas', 'whole sides of 1 or more', canvas);
  for (const { from, to } of Object.values(jitter)) {
    if (!(from > 0 && from <= to && to < Number.POSITIVE_INFINITY)) throw badValue('jitter', 'a range of factors above 0', [from, to]);
  }
  if (![flip, verticalFlip, copyPaste.probability].every(isShare))
    throw badValue('flip and probability', 'shares 0..1', [flip, verticalFlip, copyPaste.probability]);
  if (!isShare(pseudoShare)) throw badValue('pseudoShare', 'a share 0..1', pseudoShare);
  if (!isCount(copyPaste.maxDonorObjects)) throw badValue('maxDonorObjects', 'an integer of 1 or more, or null', copyPaste.maxDonorObjects);
  if (!isCount(maxInstances)) throw badValue('maxInstances', 'an integer of 1 or more, or null', maxInstances);
  if (!(minVisiblePx >= 1)) throw badValue('minVisiblePx', 'a number of 1 or more', minVisiblePx);
  if (!(blendSigma >= 0 && blendSigma < Number.POSITIVE_INFINITY)) throw badValue('blendSigma', 'a number of 0 or more', blendSigma);
}
