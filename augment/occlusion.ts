import type { Box } from '../core/index.ts';
import { type CanvasMask, hideUnder, tightBox } from './canvas-mask.ts';
import type { AugmentRecipe, OcclusionRule } from './recipe.ts';

/**
 * By what an object fell that is dropped under pasted ones: it keeps fewer than the recipe's `minVisiblePx`, too small a share of itself,
 * or too few of its own picture's pixels; `whole-picture` counts the latter of one that nothing is pasted over, where others were cut.
 */
export type OcclusionCause = 'min-px' | 'share' | 'picture-px' | 'whole-picture';

/** How little is visible of an object that is dropped under pasted ones. */
export interface Occlusion {
  readonly cause: OcclusionCause;
  /** In canvas pixels. */
  readonly visiblePx2: number;
  /** In pixels of its own picture, which the paper's rule counts. */
  readonly picturePx2: number;
}

/** What is left of an object under pasted ones: its visible pixels and its box, or why it is dropped. */
export type Remains =
  | { readonly kind: 'kept'; readonly mask: CanvasMask; readonly box: Box }
  | { readonly kind: 'dropped'; readonly occlusion: Occlusion };

/**
 * Cuts what was pasted out of the objects beneath, by the recipe's rule.
 * @param objects masks of one picture, none empty
 * @param cover all that was pasted
 * @param pictureFactor pixels of the picture for one canvas pixel: the paper's rule counts the former
 */
export function occlude(objects: readonly CanvasMask[], cover: CanvasMask, recipe: AugmentRecipe, pictureFactor: number): Remains[] {
  const { occlusion: rule, minVisiblePx } = recipe;
  const visible = objects.map((mask) => hideUnder(mask, cover));
  const least = Math.max(1, minVisiblePx);
  const causeOf = rule.kind === 'relative' ? relativeRule(objects, visible, rule) : paperRule(objects, visible, rule, pictureFactor);
  return visible.map((mask, at) => {
    const { areaPx2 } = mask;
    const cause = areaPx2 < least ? 'min-px' : causeOf(at);
    if (cause === null) return { kind: 'kept', mask, box: boxOf(objects[at], mask, rule) };
    return { kind: 'dropped', occlusion: { cause, visiblePx2: areaPx2, picturePx2: Math.round(areaPx2 * pictureFactor) } };
  });
}

type RuleOf<Kind extends OcclusionRule['kind']> = Extract<OcclusionRule, { kind: Kind }>;
/** Why the object at a place falls by the rule; null where it does not. */
type CauseOf = (at: number) => OcclusionCause | null;

function relativeRule(objects: readonly CanvasMask[], visible: readonly CanvasMask[], rule: RuleOf<'relative'>): CauseOf {
  return (at) => (visible[at].areaPx2 < rule.minVisibleFraction * objects[at].areaPx2 ? 'share' : null);
}

function paperRule(objects: readonly CanvasMask[], visible: readonly CanvasMask[], rule: RuleOf<'paper'>, pictureFactor: number): CauseOf {
  const occluded = (at: number) => visible[at].areaPx2 < objects[at].areaPx2;
  const small = (at: number) => visible[at].areaPx2 * pictureFactor <= rule.remainingPx;
  if (!rule.wholePicture) return (at) => (occluded(at) && small(at) ? 'picture-px' : null);
  const anyMoved = objects.some((before, at) => occluded(at) && (visible[at].areaPx2 === 0 || boxMoved(before, visible[at], rule)));
  return (at) => {
    if (!anyMoved || !small(at)) return null;
    return occluded(at) ? 'picture-px' : 'whole-picture';
  };
}

function boxMoved(before: CanvasMask, after: CanvasMask, rule: RuleOf<'paper'>): boolean {
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
