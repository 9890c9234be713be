import {
  type HumanSource,
  type LabelSource,
  type RgbImage,
  type Rng,
  SelfpasteError,
  sameSize,
  showSize,
  stream,
  type TrainingInstance,
} from '../core/index.ts';
import { arrange } from './arrangement.ts';
import { type AugmentedPicture, augmentedPicture } from './augmented-picture.ts';
import { drawSubset } from './donors.ts';
import { paint } from './painting.ts';
import { drawPlacement, type Placement } from './placement.ts';
import type { AugmentRecipe } from './recipe.ts';

/** A decoded picture with its labels; each mask is of the image's size. */
export interface LabeledPicture<Source extends LabelSource = LabelSource> {
  readonly image: RgbImage;
  readonly instances: readonly TrainingInstance<Source>[];
}

/** Everything that chance decides about one picture: small, JSON-safe, and enough to draw exactly the same picture again. */
export interface CopyPastePlan {
  readonly main: Placement;
  /** Which of the donor's objects are pasted, ascending, and where; null where nothing is. */
  readonly donor: { readonly placement: Placement; readonly instances: readonly number[] } | null;
}

export type PlannedPicture = AugmentedPicture & { readonly plan: CopyPastePlan };

/**
 * Simple Copy-Paste (paper section 3): both pictures are jittered and flipped independently, and a random non-empty subset of the
 * donor's objects is pasted onto the other picture. Pure: the same seed gives the same bytes.
 * @param donor human-labeled, by its type: copying from pseudo-labels does not pay (paper section 4.4)
 * @param recipe its `repeatThreshold` and `copyPaste.donors` speak of whole sets and say nothing here
 * @param seed uint32
 */
export function copyPaste(
  picture: LabeledPicture,
  donor: LabeledPicture<HumanSource>,
  recipe: AugmentRecipe,
  seed: number,
): PlannedPicture {
  const main = planMain(picture, recipe, seed);
  const plan = { main, donor: planDonor(donor, recipe, stream(seed, 'copy-paste-donor')) };
  return { ...applyCopyPaste(plan, picture, donor, recipe), plan };
}

/** Large Scale Jitter and flip alone, or whatever range `recipe.jitter.labeled` is. Pure. @param seed uint32 */
export function largeScaleJitter(picture: LabeledPicture, recipe: AugmentRecipe, seed: number): PlannedPicture {
  const plan = { main: planMain(picture, recipe, seed), donor: null };
  return { ...applyCopyPaste(plan, picture, picture, recipe), plan };
}

/**
 * Draws a plan that {@link copyPaste} made, on the same pictures and recipe, again.
 * @throws SelfpasteError DATA_SIZE_MISMATCH where a mask is not of its image's size
 */
export function applyCopyPaste(
  plan: CopyPastePlan,
  picture: LabeledPicture,
  donor: LabeledPicture,
  recipe: AugmentRecipe,
): AugmentedPicture {
  checkLabels(picture);
  checkLabels(donor);
  const beneath = { size: picture.image.size, instances: picture.instances, placement: plan.main };
  const over = plan.donor && {
    size: donor.image.size,
    instances: plan.donor.instances.map((index) => donor.instances[index]),
    placement: plan.donor.placement,
  };
  const { objects, pasted, dropped } = arrange(beneath, over, recipe);
  const overlay = over && pasted ? { pixels: donor.image, placement: over.placement, mask: pasted } : null;
  return augmentedPicture(paint({ pixels: picture.image, placement: plan.main }, overlay, recipe), objects, dropped);
}

const planMain = ({ image }: LabeledPicture, recipe: AugmentRecipe, seed: number): Placement =>
  drawPlacement(stream(seed, 'copy-paste-main'), image.size, recipe, recipe.jitter.labeled);

function planDonor({ image, instances }: LabeledPicture, recipe: AugmentRecipe, rng: Rng): CopyPastePlan['donor'] {
  const { probability, maxDonorObjects } = recipe.copyPaste;
  if (!rng.chance(probability) || instances.length === 0) return null;
  const chosen = drawSubset(rng, instances.length, maxDonorObjects);
  return { instances: chosen, placement: drawPlacement(rng, image.size, recipe, recipe.jitter.donor) };
}

function checkLabels({ image, instances }: LabeledPicture): void {
  const wrong = instances.find(({ mask }) => !sameSize(mask.size, image.size));
  if (!wrong) return;
  throw new SelfpasteError(
    'DATA_SIZE_MISMATCH',
    `Expected masks of the size of their image, ${showSize(image.size)}, got ${JSON.stringify(showSize(wrong.mask.size))} (string)`,
    'give the picture at the size at which it was labeled',
  );
}
