import type { Box } from '../core/index.ts';
import { type CanvasMask, hideUnder, tightBox } from './canvas-mask.ts';
import type { AugmentRecipe, OcclusionRule } from './recipe.ts';

/** What is left of an object under pasted ones: its visible pixels and its box, or null where it is dropped. */
export type Remains = { readonly mask: CanvasMask; readonly box: Box } | null;

/**
 * Cuts what was pasted out of the objects beneath, by the recipe's rule.
 * @param objects masks of one picture, none empty
 * @param cover all that was pasted
 * @param pictureFactor pixels of the picture for one canvas pixel: the paper's rule counts the former
 */
export function occlude(objects: readonly CanvasMask[], cover: CanvasMask, recipe: AugmentRecipe, pictureFactor: number): Remains[] {
  const { occlusion, minVisiblePx } = recipe;
  const visible = objects.map((mask) => hideUnder(mask, cover));
  const least = Math.max(1, minVisiblePx);
  const dropped =
    occlusion.kind === 'relative'
      ? (at: number) => visible[at].areaPx2 < occlusion.minVisibleFraction * objects[at].areaPx2
      : paperRule(objects, visible, occlusion, pictureFactor);
  return visible.map((mask, at) => {
    if (mask.areaPx2 < least || dropped(at)) return null;
    return { mask, box: boxOf(objects[at], mask, occlusion) };
  });
}

type Occlusion<Kind extends OcclusionRule['kind']> = Extract<OcclusionRule, { kind: Kind }>;

function paperRule(
  objects: readonly CanvasMask[],
  visible: readonly CanvasMask[],
  rule: Occlusion<'paper'>,
  pictureFactor: number,
): (at: number) => boolean {
  const occluded = (at: number) => visible[at].areaPx2 < objects[at].areaPx2;
  const small = (at: number) => visible[at].areaPx2 * pictureFactor <= rule.remainingPx;
  if (!rule.wholePicture) return (at) => occluded(at) && small(at);
  const anyMoved = objects.some((before, at) => occluded(at) && (visible[at].areaPx2 === 0 || boxMoved(before, visible[at], rule)));
  return (at) => anyMoved && small(at);
}

function boxMoved(before: CanvasMask, after: CanvasMask, rule: Occlusion<'paper'>): boolean {
  const [a, b] = [tightBox(before), tightBox(after)];
  return (['x1', 'y1', 'x2', 'y2'] as const).some((side) => Math.abs(a[side] - b[side]) > rule.boxMovePx);
}

function boxOf(before: CanvasMask, after: CanvasMask, occlusion: OcclusionRule): Box {
  const tight = tightBox(after);
  if (occlusion.kind === 'relative' || after.areaPx2 === before.areaPx2) return tight;
  const whole = tightBox(before);
  const side = (name: keyof Box) => (Math.abs(tight[name] - whole[name]) > occlusion.boxMovePx ? tight[name] : whole[name]);
  return { x1: side('x1'), y1: side('y1'), x2: side('x2'), y2: side('y2') };
}
