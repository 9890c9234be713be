import { derivedSeed, type Rng, SelfpasteError, stream, type TrainingSet } from '../core/index.ts';
import { permuted } from './permutation.ts';
import { drawPlacement, type Placement } from './placement.ts';
import type { AugmentRecipe } from './recipe.ts';

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

/** Where pasted objects come from: `index` is into TrainingSet.labeled, so a donor is human-labeled by construction. */
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
 * A pure planner of a round's samples. With pseudo-labeled pictures, every second sample is one (half of each batch, paper section 4.1);
 * without, all are labeled. Each epoch visits a list once, in an order of its own. Donors are drawn uniformly, with replacement.
 * @throws SelfpasteError DATA_NO_LABELED_PICTURES when the set has no labeled picture
 */
export function samplePlanner(settings: PlannerSettings): SamplePlanner {
  const { seed, round, batchSize, recipe, set } = settings;
  if (set.labeled.length === 0) throw noLabeledPictures();
  const donors = set.labeled.flatMap(({ instances }, index) => (instances.length > 0 ? [index] : []));
  return (step, slot) => {
    const main = planMain(settings, step * batchSize + slot, stream(seed, 'sample-main', round, step, slot));
    const rng = stream(seed, 'sample-donor', round, step, slot);
    const pastes = donors.length > 0 && rng.chance(recipe.copyPaste.probability);
    return { round, step, slot, main, donor: pastes ? planDonor(set, recipe, donors, rng) : null };
  };
}

function planMain({ seed, round, recipe, set }: PlannerSettings, sampleNumber: number, rng: Rng): MainPlan {
  const halved = set.pseudo.length > 0;
  const name = halved && sampleNumber % 2 === 1 ? 'pseudo' : 'labeled';
  const visit = halved ? Math.floor(sampleNumber / 2) : sampleNumber;
  const pictures = set[name];
  const epoch = Math.floor(visit / pictures.length);
  const index = permuted(visit % pictures.length, pictures.length, derivedSeed(seed, 'epoch-order', round, name, epoch));
  return { stream: name, index, placement: drawPlacement(rng, pictures[index].size, recipe, recipe.main) };
}

function planDonor(set: TrainingSet, recipe: AugmentRecipe, donors: readonly number[], rng: Rng): DonorPlan {
  const index = donors[rng.integer(donors.length)];
  const donor = set.labeled[index];
  const placement = drawPlacement(rng, donor.size, recipe, recipe.donor);
  return { index, placement, instances: drawSubset(rng, donor.instances.length, recipe.copyPaste.maxDonorObjects) };
}

/** Uniformly many (1..limit) of 0..count-1: what the paper's code does once it has filtered out the empty choices. */
function drawSubset(rng: Rng, count: number, limit: number | null): number[] {
  const size = 1 + rng.integer(Math.min(count, limit ?? count));
  const order = rng.shuffled(Array.from({ length: count }, (_, index) => index));
  return order.slice(0, size).sort((a, b) => a - b);
}

function noLabeledPictures(): SelfpasteError {
  return new SelfpasteError(
    'DATA_NO_LABELED_PICTURES',
    'Expected at least one labeled picture for the training set, got 0 (number)',
    'add human-labeled pictures: the student learns from them, and pasted objects come from them alone',
  );
}
