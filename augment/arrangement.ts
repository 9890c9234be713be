import {
  areaOf,
  type Box,
  boxArea,
  type ClassIndex,
  clipBox,
  type LabelSource,
  type Rle,
  rle,
  type Size,
  type TrainingInstance,
} from '../core/index.ts';
import { type CanvasMask, canvasBoxOf, hideUnder, placeMask, tightBox, unionOf } from './canvas-mask.ts';
import { type Occlusion, occlude } from './occlusion.ts';
import { axisMaps, type Placement } from './placement.ts';
import type { AugmentRecipe } from './recipe.ts';

/**
 * Why an object of the pictures is not in the sample: off the canvas, too few pixels on it, hidden under pasted objects, or one more
 * than the recipe's `maxInstances`.
 */
export type DropReason = 'outside' | 'too-small' | 'occluded' | 'over-limit';
export type DropCounts = Readonly<Record<DropReason, number>>;

export function countDropped(dropped: readonly Pick<DroppedObject, 'reason'>[]): DropCounts {
  const counts = { outside: 0, 'too-small': 0, occluded: 0, 'over-limit': 0 };
  for (const { reason } of dropped) counts[reason]++;
  return counts;
}

export function sumOfDropped(all: readonly DropCounts[]): DropCounts {
  const sum = (reason: DropReason) => all.reduce((total, counts) => total + counts[reason], 0);
  return { outside: sum('outside'), 'too-small': sum('too-small'), occluded: sum('occluded'), 'over-limit': sum('over-limit') };
}

/** The labels of a picture, and where it goes. Masks are of the picture's size. */
export interface Layer {
  readonly size: Size;
  readonly instances: readonly TrainingInstance[];
  readonly placement: Placement;
}

/** The picture underneath, which also has parts that are neither object nor background. */
export interface MainLayer extends Layer {
  readonly ignored: readonly Rle[];
}

/** A part of the canvas: its visible pixels, of which there is one at least, and their box. */
export interface ArrangedRegion {
  readonly mask: CanvasMask;
  readonly box: Box;
}

/** An object on the canvas; its box is the one to learn. */
export interface ArrangedObject extends ArrangedRegion {
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  /** Whether it came from the donor. */
  readonly pasted: boolean;
}

/** An object that is not in the sample. */
export interface DroppedObject {
  readonly reason: DropReason;
  /** Of an occluded one, how; null for the others. */
  readonly occlusion: Occlusion | null;
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  /** Whether it would have come from the donor. */
  readonly pasted: boolean;
  /** What of it lies on the canvas; of an occluded one, before anything was pasted over it. It may have no pixel. */
  readonly mask: CanvasMask;
  /** Where it is or would be: beyond the canvas as far as it reaches, without a pixel where it falls between their centres. */
  readonly box: Box;
}

/** All labels of a sample, before any pixel is read. */
export interface Arrangement {
  /** The objects of the main picture, then the pasted ones. */
  readonly objects: readonly ArrangedObject[];
  /** What is left to see of the main picture's ignored parts. */
  readonly ignored: readonly ArrangedRegion[];
  /** All that is pasted, as one mask; null where nothing is. */
  readonly pasted: CanvasMask | null;
  readonly dropped: readonly DroppedObject[];
}

/** Objects that stay, and those that do not. */
interface Sifted {
  readonly kept: readonly ArrangedObject[];
  readonly dropped: readonly DroppedObject[];
}

/** Lays out the main picture's objects with the donor's chosen ones over them. Pure. */
export function arrange(main: MainLayer, donor: Layer | null, recipe: AugmentRecipe): Arrangement {
  const beneath = placeObjects(main, recipe, false);
  const pasted = donor ? placeObjects(donor, recipe, true) : { kept: [], dropped: [] };
  const cover = pasted.kept.length > 0 ? unionOf(pasted.kept.map(({ mask }) => mask)) : null;
  const visible = cover ? hideBeneath(beneath.kept, cover, recipe, main) : { kept: beneath.kept, dropped: [] };
  const objects = [...visible.kept, ...pasted.kept];
  const limited = objects.slice(0, recipe.maxInstances ?? objects.length);
  const overLimit = objects.slice(limited.length).map((object) => asDropped(object, 'over-limit', null));
  return {
    objects: limited,
    ignored: placeIgnored(main, cover, recipe),
    pasted: cover,
    dropped: [...beneath.dropped, ...pasted.dropped, ...visible.dropped, ...overLimit],
  };
}

const asDropped = (object: ArrangedObject, reason: DropReason, occlusion: Occlusion | null): DroppedObject => ({
  ...object,
  reason,
  occlusion,
});

function placeObjects({ size, instances, placement }: Layer, { canvas, minVisiblePx }: AugmentRecipe, pasted: boolean): Sifted {
  const axes = axisMaps(placement, size);
  const kept: ArrangedObject[] = [];
  const dropped: DroppedObject[] = [];
  for (const { classIndex, source, mask } of instances) {
    const whole = canvasBoxOf(rle.toBox(mask), axes);
    const box = clipBox(whole, canvas);
    const placed = placeMask(mask, axes, box);
    if (placed.areaPx2 >= Math.max(1, minVisiblePx)) kept.push({ classIndex, source, pasted, mask: placed, box: tightBox(placed) });
    else {
      const reason = boxArea(whole) > 0 && boxArea(box) === 0 ? 'outside' : 'too-small';
      dropped.push({ reason, occlusion: null, classIndex, source, pasted, mask: placed, box: whole });
    }
  }
  return { kept, dropped };
}

/** What is pasted hides them; what cannot be seen is left out. */
function placeIgnored({ size, ignored, placement }: MainLayer, cover: CanvasMask | null, { canvas }: AugmentRecipe): ArrangedRegion[] {
  const axes = axisMaps(placement, size);
  return ignored.flatMap((whole) => {
    const placed = placeMask(whole, axes, clipBox(canvasBoxOf(rle.toBox(whole), axes), canvas));
    const mask = cover ? hideUnder(placed, cover) : placed;
    return mask.areaPx2 > 0 ? [{ mask, box: tightBox(mask) }] : [];
  });
}

function hideBeneath(objects: readonly ArrangedObject[], cover: CanvasMask, recipe: AugmentRecipe, { size, placement }: Layer): Sifted {
  const masks = objects.map(({ mask }) => mask);
  const remains = occlude(masks, cover, recipe, areaOf(size) / areaOf(placement.scaled));
  const kept: ArrangedObject[] = [];
  const dropped: DroppedObject[] = [];
  for (const [at, object] of objects.entries()) {
    const left = remains[at];
    if (left.kind === 'kept') kept.push({ ...object, mask: left.mask, box: left.box });
    else dropped.push(asDropped(object, 'occluded', left.occlusion));
  }
  return { kept, dropped };
}
