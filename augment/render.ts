import { donorImage, type RgbImage, type Sample, type TrainingImage, type TrainingSet } from '../core/index.ts';
import { type Arrangement, arrange, countDropped, type DropCounts } from './arrangement.ts';
import { type AugmentedPicture, augmentedPicture } from './augmented-picture.ts';
import { type Overlay, type PlacedPicture, paint } from './painting.ts';
import { PictureStore } from './picture-store.ts';
import type { Placement } from './placement.ts';
import { badPlan, type SamplePlan } from './plan.ts';
import type { AugmentRecipe } from './recipe.ts';
import { sampleLabels } from './sample-labels.ts';

export interface RenderedSample {
  readonly sample: Sample;
  readonly dropped: DropCounts;
}

/**
 * Draws a planned sample: the picture underneath with its objects, then the donor's objects over it. Instances are in the order of the
 * main picture's, then the donor's. The same plan gives the same bytes.
 * @param pictures share one among the samples of a recipe, so that a picture is not decoded for each of them
 * @throws SelfpasteError DATA_UNREADABLE_PICTURE or DATA_CHANGED_PICTURE when a picture is not as it was at import
 */
export async function renderSample(
  plan: SamplePlan,
  set: TrainingSet,
  recipe: AugmentRecipe,
  pictures: PictureStore = new PictureStore(recipe),
): Promise<RenderedSample> {
  const { image, arrangement } = await draw(plan, set, recipe, pictures);
  const labels = sampleLabels(arrangement, recipe.prototypeStride);
  return { sample: { image, ...labels, stream: plan.main.stream }, dropped: countDropped(arrangement.dropped) };
}

/** The same picture for people: masks at full resolution instead of the student's prototype cells. Otherwise as {@link renderSample}. */
export async function renderPicture(
  plan: SamplePlan,
  set: TrainingSet,
  recipe: AugmentRecipe,
  pictures: PictureStore = new PictureStore(recipe),
): Promise<AugmentedPicture> {
  const { image, arrangement } = await draw(plan, set, recipe, pictures);
  return augmentedPicture(image, arrangement);
}

/** A sample at full resolution. */
interface Drawing {
  readonly image: RgbImage;
  readonly arrangement: Arrangement;
}

async function draw(plan: SamplePlan, set: TrainingSet, recipe: AugmentRecipe, pictures: PictureStore): Promise<Drawing> {
  const arrangement = arrangeSample(plan, set, recipe);
  const [main, overlay] = await Promise.all([readMain(plan, set, pictures), readOverlay(plan, set, pictures, arrangement)]);
  return { image: paint(main, overlay, recipe), arrangement };
}

function arrangeSample({ main, donor }: SamplePlan, set: TrainingSet, recipe: AugmentRecipe): Arrangement {
  const picture = set[main.stream][main.index];
  if (!picture) throw badPlan(`${main.stream} picture ${main.index}`);
  const beneath = { ...picture, placement: main.placement };
  if (!donor) return arrange(beneath, null, recipe);
  const source = donorImage(set, donor.index);
  const missing = donor.instances.find((index) => source?.instances[index] === undefined);
  if (!source || missing !== undefined) throw badPlan(`object ${missing ?? 0} of donor picture ${donor.index}`);
  const chosen = { ...source, instances: donor.instances.map((index) => source.instances[index]), placement: donor.placement };
  return arrange(beneath, chosen, recipe);
}

const readMain = ({ main }: SamplePlan, set: TrainingSet, pictures: PictureStore): Promise<PlacedPicture> =>
  placed(set[main.stream][main.index], main.placement, pictures);

/** A donor is read only where something of it is pasted. */
async function readOverlay(
  { donor }: SamplePlan,
  set: TrainingSet,
  pictures: PictureStore,
  { pasted }: Arrangement,
): Promise<Overlay | null> {
  const source = donor && donorImage(set, donor.index);
  if (!source || !pasted) return null;
  return { ...(await placed(source, donor.placement, pictures)), mask: pasted };
}

async function placed(image: TrainingImage, placement: Placement, pictures: PictureStore): Promise<PlacedPicture> {
  return { pixels: await pictures.read(image), placement };
}
