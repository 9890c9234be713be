import {
  areaOf,
  badValue,
  type HumanSource,
  type LabelSource,
  type RgbImage,
  type Rle,
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
import { badPlan } from './plan.ts';
import { type AugmentRecipe, checkRecipe, isSize } from './recipe.ts';

/** A decoded picture with its labels; each mask is of the image's size. */
export interface LabeledPicture<Source extends LabelSource = LabelSource> {
  readonly image: RgbImage;
  readonly instances: readonly TrainingInstance<Source>[];
  /** Parts that are neither object nor background, as COCO's crowds are; none where it is left out. Of a donor they are not pasted. */
  readonly ignored?: readonly Rle[];
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
  checkInputs(picture, recipe, seed);
  checkPicture(donor);
  const main = planMain(picture, recipe, seed);
  const plan = { main, donor: planDonor(donor, recipe, stream(seed, 'copy-paste-donor')) };
  return { ...applyCopyPaste(plan, picture, donor, recipe), plan };
}

/** Large Scale Jitter and flip alone, or whatever range `recipe.jitter.labeled` is. Pure. @param seed uint32 */
export function largeScaleJitter(picture: LabeledPicture, recipe: AugmentRecipe, seed: number): PlannedPicture {
  checkInputs(picture, recipe, seed);
  const plan = { main: planMain(picture, recipe, seed), donor: null };
  return { ...applyCopyPaste(plan, picture, null, recipe), plan };
}

/**
 * Draws a plan that {@link copyPaste} made, on the same pictures and recipe, again.
 * @throws SelfpasteError DATA_SIZE_MISMATCH where a mask is not of its image's size
 */
export function applyCopyPaste(
  plan: CopyPastePlan,
  picture: LabeledPicture,
  donor: LabeledPicture<HumanSource> | null,
  recipe: AugmentRecipe,
): AugmentedPicture {
  checkPicture(picture);
  if (donor) checkPicture(donor);
  const { image, instances, ignored = [] } = picture;
  const beneath = { size: image.size, instances, ignored, placement: plan.main };
  const over = plan.donor && donorLayer(plan.donor, donor);
  const arrangement = arrange(beneath, over, recipe);
  const { pasted } = arrangement;
  const overlay = over && pasted ? { pixels: over.pixels, placement: over.placement, mask: pasted } : null;
  return augmentedPicture(paint({ pixels: image, placement: plan.main }, overlay, recipe), arrangement);
}

const planMain = ({ image }: LabeledPicture, recipe: AugmentRecipe, seed: number): Placement =>
  drawPlacement(stream(seed, 'copy-paste-main'), image.size, recipe, recipe.jitter.labeled);

function planDonor({ image, instances }: LabeledPicture, recipe: AugmentRecipe, rng: Rng): CopyPastePlan['donor'] {
  const { probability, maxDonorObjects } = recipe.copyPaste;
  if (!rng.chance(probability) || instances.length === 0) return null;
  const chosen = drawSubset(rng, instances.length, maxDonorObjects);
  return { instances: chosen, placement: drawPlacement(rng, image.size, recipe, recipe.jitter.donor) };
}

/** The chosen objects of the donor. @throws SelfpasteError DATA_BAD_PLAN where it has not as many */
function donorLayer({ placement, instances }: NonNullable<CopyPastePlan['donor']>, donor: LabeledPicture<HumanSource> | null) {
  const missing = instances.find((index) => donor?.instances[index] === undefined);
  if (!donor || missing !== undefined) throw badPlan(`object ${missing ?? 0} of the donor`);
  return { pixels: donor.image, size: donor.image.size, instances: instances.map((index) => donor.instances[index]), placement };
}

/** Before anything is drawn by chance. */
function checkInputs(picture: LabeledPicture, recipe: AugmentRecipe, seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) throw badValue('seed', 'an integer 0..2^32-1', seed);
  checkRecipe(recipe);
  checkPicture(picture);
}

function checkPicture({ image, instances, ignored = [] }: LabeledPicture): void {
  const { size, data } = image;
  if (!isSize(size) || data.length !== 3 * areaOf(size))
    throw badValue('image', 'whole sides of 1 or more and width x height x 3 bytes', `${showSize(size)} and ${data.length} bytes`);
  const masks = [...instances.map(({ mask }) => mask), ...ignored];
  const wrong = masks.find((mask) => !sameSize(mask.size, size));
  if (!wrong) return;
  throw new SelfpasteError(
    'DATA_SIZE_MISMATCH',
    `Expected masks of the size of their image, ${showSize(size)}, got ${JSON.stringify(showSize(wrong.size))} (string)`,
    'give the picture at the size at which it was labeled',
  );
}
