import {
  derivedSeed,
  donorImages,
  type LabeledTrainingImage,
  type Rng,
  SelfpasteError,
  stream,
  type TrainingImage,
  type TrainingSet,
} from '../core/index.ts';
import { balancedDonors, type DonorDraw, uniformDonors } from './donors.ts';
import { drawPlacement, type Placement } from './placement.ts';
import { type AugmentRecipe, checkRecipe } from './recipe.ts';
import { plainOrder, repeatedOrder, repeatFactors, type VisitOrder } from './repeats.ts';

/** Everything that chance decides about one sample: small, JSON-safe, and enough to draw exactly the same picture again. */
export interface SamplePlan {
  readonly round: number;
  readonly step: number;
  readonly slot: number;
  readonly main: MainPlan;
  /** The objects to paste; null where nothing is pasted. */
  readonly donor: DonorPlan | null;
}

/** The picture underneath: an index into that list of the TrainingSet. */
export interface MainPlan {
  readonly stream: 'labeled' | 'pseudo';
  readonly index: number;
  readonly placement: Placement;
}

/** Where pasted objects come from: `index` is into the set's `donorImages`, so a donor is human-labeled by its type. */
export interface DonorPlan {
  readonly index: number;
  readonly placement: Placement;
  /** Indices of the chosen objects, ascending. */
  readonly instances: readonly number[];
}

export interface PlannerSettings {
  readonly seed: number;
  readonly round: number;
  readonly batchSize: number;
  readonly recipe: AugmentRecipe;
  readonly set: TrainingSet;
}

/** The plan of the sample at a step (0 is the round's first) and a slot 0..batchSize-1. */
export type SamplePlanner = (step: number, slot: number) => SamplePlan;

/**
 * A pure planner of a round's samples. Where there are pseudo-labeled pictures, they come in between the labeled ones as evenly as the
 * recipe's share allows: every second one at a half; without, all are labeled. Each epoch visits a list once, or as repeat-factor sampling says, in an order of its own. Donors are drawn
 * with replacement.
 * @throws SelfpasteError DATA_NO_LABELED_PICTURES when the set has no labeled picture, BAD_VALUE for a recipe that means nothing
 */
export function samplePlanner({ seed, round, batchSize, recipe, set }: PlannerSettings): SamplePlanner {
  if (set.labeled.length === 0) throw noLabeledPictures();
  checkRecipe(recipe);
  const orders = {
    labeled: visitOrder(set.labeled, recipe, derivedSeed(seed, 'visits', round, 'labeled')),
    pseudo: visitOrder(set.pseudo, recipe, derivedSeed(seed, 'visits', round, 'pseudo')),
  };
  const donors = donorImages(set);
  const drawDonor = donorDraw(donors, recipe);
  const pseudoBefore = (sampleNumber: number): number => (set.pseudo.length > 0 ? Math.floor(sampleNumber * recipe.pseudoShare) : 0);

  const planMain = (sampleNumber: number, rng: Rng): MainPlan => {
    const pseudo = pseudoBefore(sampleNumber);
    const name = pseudoBefore(sampleNumber + 1) > pseudo ? 'pseudo' : 'labeled';
    const index = orders[name](name === 'pseudo' ? pseudo : sampleNumber - pseudo);
    return { stream: name, index, placement: drawPlacement(rng, set[name][index].size, recipe, recipe.jitter[name]) };
  };
  const planDonor = (rng: Rng): DonorPlan | null => {
    if (!drawDonor || !rng.chance(recipe.copyPaste.probability)) return null;
    const choice = drawDonor(rng);
    return { ...choice, placement: drawPlacement(rng, donors[choice.index].size, recipe, recipe.jitter.donor) };
  };
  return (step, slot) => ({
    round,
    step,
    slot,
    main: planMain(step * batchSize + slot, stream(seed, 'sample-main', round, step, slot)),
    donor: planDonor(stream(seed, 'sample-donor', round, step, slot)),
  });
}

function visitOrder(pictures: readonly TrainingImage[], { repeatThreshold }: AugmentRecipe, seed: number): VisitOrder {
  if (repeatThreshold === null || pictures.length === 0) return plainOrder(pictures.length, seed);
  return repeatedOrder(repeatFactors(pictures, repeatThreshold), seed);
}

function donorDraw(donors: readonly LabeledTrainingImage[], { copyPaste }: AugmentRecipe): DonorDraw | null {
  const draw = copyPaste.donors === 'balanced' ? balancedDonors : uniformDonors;
  return draw(donors, copyPaste.maxDonorObjects);
}

function noLabeledPictures(): SelfpasteError {
  return new SelfpasteError(
    'DATA_NO_LABELED_PICTURES',
    'Expected at least one labeled picture for the training set, got 0 (number)',
    'add human-labeled pictures: the student learns from them, and pasted objects come from them alone',
  );
}

/** A plan is data that people keep; this one was made for other pictures. */
export function badPlan(what: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_BAD_PLAN',
    `Expected a plan for these pictures, but it asks for ${what}, which is not there`,
    'draw a plan with the pictures, the recipe and the set that it was made for',
  );
}
