import { type Box, intersectBoxes, type Rng, type Size } from '../core/index.ts';
import type { AugmentRecipe, Jitter } from './recipe.ts';

/**
 * Where a picture lies on the canvas: mirrored, resized to `scaled`, its top left pixel at the integer canvas pixel (x, y).
 * Negative corners crop it; what it does not cover is padding.
 */
export interface Placement {
  /** The jitter factor that was drawn; 1 fits the longest side. For people: `scaled` is what counts. */
  readonly scale: number;
  readonly scaled: Size;
  readonly x: number;
  readonly y: number;
  readonly flip: boolean;
  readonly verticalFlip: boolean;
}

/**
 * Draws where a picture goes: jittered scale, then a random crop where it is larger than the canvas; where it is smaller, the place that
 * the recipe says (a random one is the same jitter without a favourite corner).
 */
export function drawPlacement(rng: Rng, picture: Size, recipe: AugmentRecipe, jitter: Jitter): Placement {
  const { canvas } = recipe;
  const scale = rng.uniform(jitter.from, jitter.to);
  const factor = scale * Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const scaled = { width: Math.max(1, Math.round(picture.width * factor)), height: Math.max(1, Math.round(picture.height * factor)) };
  const x = drawOffset(rng, canvas.width - scaled.width, recipe.place);
  const y = drawOffset(rng, canvas.height - scaled.height, recipe.place);
  return { scale, scaled, x, y, flip: rng.chance(recipe.flip), verticalFlip: rng.chance(recipe.verticalFlip) };
}

/** A uniform integer between 0 and the room that is left, which is negative where the picture is larger than the canvas. */
function drawOffset(rng: Rng, roomPx: number, place: AugmentRecipe['place']): number {
  const drawn = Math.min(0, roomPx) + rng.integer(Math.abs(roomPx) + 1);
  return place === 'top-left' ? Math.min(0, drawn) : drawn;
}

/** The part of a canvas region that the picture covers, in canvas pixels; its area is 0 where they do not meet. */
export function coveredPart(placement: Placement, region: Box): Box {
  const { x, y, scaled } = placement;
  return intersectBoxes(region, { x1: x, y1: y, x2: x + scaled.width, y2: y + scaled.height });
}

/** One axis of a placement: integer maps between source pixels and canvas pixels, sampled at pixel centres. */
export interface AxisMap {
  readonly sourcePx: number;
  readonly scaledPx: number;
  readonly offset: number;
  readonly mirrored: boolean;
}

export function axisMaps(placement: Placement, picture: Size): { readonly x: AxisMap; readonly y: AxisMap } {
  const { scaled, x, y, flip, verticalFlip } = placement;
  return {
    x: { sourcePx: picture.width, scaledPx: scaled.width, offset: x, mirrored: flip },
    y: { sourcePx: picture.height, scaledPx: scaled.height, offset: y, mirrored: verticalFlip },
  };
}

/** The source pixel under the centre of a canvas pixel. */
export function sourceOf(axis: AxisMap, canvasPx: number): number {
  return Math.floor(((2 * scaledOf(axis, canvasPx) + 1) * axis.sourcePx) / (2 * axis.scaledPx));
}

/** The canvas pixels, as a half-open range, whose centres lie on the source pixels from..to-1. Empty where the object falls between centres. */
export function canvasRange(axis: AxisMap, from: number, to: number): { readonly from: number; readonly to: number } {
  const first = firstCentreAt(axis, from);
  const end = firstCentreAt(axis, to);
  if (!axis.mirrored) return { from: axis.offset + first, to: axis.offset + end };
  return { from: axis.offset + axis.scaledPx - end, to: axis.offset + axis.scaledPx - first };
}

/** The pixel of the scaled, not mirrored picture that lies on a canvas pixel. */
export function scaledOf(axis: AxisMap, canvasPx: number): number {
  const pixel = canvasPx - axis.offset;
  return axis.mirrored ? axis.scaledPx - 1 - pixel : pixel;
}

/** The first scaled pixel whose centre is not before the start of a source pixel. */
function firstCentreAt({ sourcePx, scaledPx }: AxisMap, source: number): number {
  return Math.ceil((2 * source * scaledPx - sourcePx) / (2 * sourcePx));
}
