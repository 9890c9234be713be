import {
  type Box,
  boxArea,
  type ClassIndex,
  clipBox,
  type LabelSource,
  rle,
  type Sample,
  type SampleInstance,
  type TrainingImage,
  type TrainingInstance,
  type TrainingSet,
} from '../core/index.ts';
import { type CanvasMask, canvasBoxOf, gridOf, hideUnder, measureCoverage, placeMask, tightBox } from './canvas-mask.ts';
import { canvasWith, paste, pasteRegion, softened, unionOf } from './paste.ts';
import { cutPatch, type Patch } from './patch.ts';
import { PictureStore } from './picture-store.ts';
import { axisMaps, type Placement } from './placement.ts';
import type { DonorPlan, SamplePlan } from './plan.ts';
import type { AugmentRecipe } from './recipe.ts';

/** Why an object of the pictures is not in the sample: off the canvas, too few pixels on it, or hidden under pasted objects. */
export type DropReason = 'outside' | 'too-small' | 'occluded';

export interface RenderedSample {
  readonly sample: Sample;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** An object on the canvas. */
interface PlacedObject {
  readonly classIndex: ClassIndex;
  readonly source: LabelSource;
  readonly mask: CanvasMask;
}

/** Objects that stay, and a reason for each one that does not. */
interface Sifted {
  readonly kept: readonly PlacedObject[];
  readonly dropped: readonly DropReason[];
}

/**
 * Draws a planned sample: the picture underneath with its objects, then the donor's objects over it. Instances are in the order of the
 * main picture's, then the donor's; each box is tight around what is still visible. The same plan gives the same bytes.
 * @param pictures share one among the samples of a recipe, so that a picture is not decoded for each of them
 * @throws SelfpasteError DATA_UNREADABLE_PICTURE or DATA_CHANGED_PICTURE when a picture is not as it was at import
 */
export async function renderSample(
  plan: SamplePlan,
  set: TrainingSet,
  recipe: AugmentRecipe,
  pictures: PictureStore = new PictureStore(recipe),
): Promise<RenderedSample> {
  const { main, donor } = plan;
  const picture = set[main.stream][main.index];
  const beneath = placeObjects(picture.instances, picture, main.placement, recipe);
  const pasted = donor ? placeDonorObjects(donor, set, recipe) : { kept: [], dropped: [] };
  const union = unionOf(
    pasted.kept.map(({ mask }) => mask),
    recipe.canvas,
  );
  const patches = await readPatches(plan, set, recipe, pictures, pasted.kept);
  const image = canvasWith(patches.main, recipe.canvas);
  if (patches.donor) paste(image, patches.donor, recipe.blendSigma > 0 ? softened(union, recipe.canvas, recipe.blendSigma) : union);
  const visible = pasted.kept.length > 0 ? occlude(beneath.kept, union, recipe) : { kept: beneath.kept, dropped: [] };
  const instances = toSampleInstances([...visible.kept, ...pasted.kept], recipe);
  return { sample: { image, instances, stream: main.stream }, dropped: tally([...beneath.dropped, ...pasted.dropped, ...visible.dropped]) };
}

function placeDonorObjects(donor: DonorPlan, set: TrainingSet, recipe: AugmentRecipe): Sifted {
  const picture = set.labeled[donor.index];
  const chosen = donor.instances.map((index) => picture.instances[index]);
  return placeObjects(chosen, picture, donor.placement, recipe);
}

function placeObjects(instances: readonly TrainingInstance[], picture: TrainingImage, placement: Placement, recipe: AugmentRecipe): Sifted {
  const axes = axisMaps(placement, picture.size);
  const kept: PlacedObject[] = [];
  const dropped: DropReason[] = [];
  for (const { classIndex, source, mask } of instances) {
    const whole = canvasBoxOf(rle.toBox(mask), axes);
    const box = clipBox(whole, recipe.canvas);
    const placed = placeMask(mask, axes, box);
    if (placed.areaPx2 >= Math.max(1, recipe.minVisiblePx)) kept.push({ classIndex, source, mask: placed });
    else dropped.push(boxArea(whole) > 0 && boxArea(box) === 0 ? 'outside' : 'too-small');
  }
  return { kept, dropped };
}

/** Cuts what was pasted out of the objects beneath. */
function occlude(objects: readonly PlacedObject[], union: Uint8Array, recipe: AugmentRecipe): Sifted {
  const kept: PlacedObject[] = [];
  const dropped: DropReason[] = [];
  for (const object of objects) {
    const mask = hideUnder(object.mask, recipe.canvas, union);
    const enough = Math.max(1, recipe.minVisiblePx, recipe.minVisibleFraction * object.mask.areaPx2);
    if (mask.areaPx2 >= enough) kept.push({ ...object, mask });
    else dropped.push('occluded');
  }
  return { kept, dropped };
}

/** Of the donor only the pixels around its objects are cut out, and nothing when no object is pasted. */
async function readPatches(
  { main, donor }: SamplePlan,
  set: TrainingSet,
  { canvas, blendSigma }: AugmentRecipe,
  pictures: PictureStore,
  pasted: readonly PlacedObject[],
): Promise<{ readonly main: Patch; readonly donor: Patch | null }> {
  const cut = async (image: TrainingImage, placement: Placement, region: Box) => cutPatch(await pictures.read(image), placement, region);
  const underneath = cut(set[main.stream][main.index], main.placement, { x1: 0, y1: 0, x2: canvas.width, y2: canvas.height });
  if (!donor || pasted.length === 0) return { main: await underneath, donor: null };
  const masks = pasted.map(({ mask }) => mask);
  const over = cut(set.labeled[donor.index], donor.placement, pasteRegion(masks, canvas, blendSigma));
  const [mainPatch, donorPatch] = await Promise.all([underneath, over]);
  return { main: mainPatch, donor: donorPatch };
}

/** All coverage of a sample lies in one buffer, so that a sample moves between threads as two buffers whatever its number of objects. */
function toSampleInstances(objects: readonly PlacedObject[], { prototypeStride }: AugmentRecipe): SampleInstance[] {
  const boxes = objects.map(({ mask }) => tightBox(mask));
  const grids = boxes.map((box) => gridOf(box, prototypeStride));
  const cells = new Uint8Array(grids.reduce((sum, grid) => sum + boxArea(grid), 0));
  let used = 0;
  return objects.map(({ classIndex, source, mask }, index) => {
    const coverage = cells.subarray(used, used + boxArea(grids[index]));
    used += coverage.length;
    measureCoverage(mask, grids[index], prototypeStride, coverage);
    return { classIndex, box: boxes[index], source, grid: grids[index], coverage };
  });
}

function tally(reasons: readonly DropReason[]): Record<DropReason, number> {
  const counts = { outside: 0, 'too-small': 0, occluded: 0 };
  for (const reason of reasons) counts[reason]++;
  return counts;
}
