import type { LabeledTrainingImage, Rng, TrainingInstance } from '../core/index.ts';

/** The objects that a sample receives: a picture of the labeled list, and indices of its instances, ascending and never empty. */
export interface DonorChoice {
  readonly index: number;
  readonly instances: readonly number[];
}

export type DonorDraw = (rng: Rng) => DonorChoice;

/** Every picture with objects is as likely as any other. Null where no picture has an object. */
export function uniformDonors(pictures: readonly LabeledTrainingImage[], limit: number | null): DonorDraw | null {
  const donors = pictures.flatMap(({ instances }, index) => (instances.length > 0 ? [index] : []));
  if (donors.length === 0) return null;
  return (rng) => {
    const index = donors[rng.integer(donors.length)];
    return { index, instances: drawSubset(rng, pictures[index].instances.length, limit) };
  };
}

/**
 * Every class that has an object is as likely as any other; then every picture with that class is. At least one object of the class is
 * among those chosen. Null where no picture has an object.
 */
export function balancedDonors(pictures: readonly LabeledTrainingImage[], limit: number | null): DonorDraw | null {
  const byClass = [...picturesByClass(pictures)].sort(([a], [b]) => a - b);
  if (byClass.length === 0) return null;
  return (rng) => {
    const [classIndex, donors] = byClass[rng.integer(byClass.length)];
    const index = donors[rng.integer(donors.length)];
    const { instances } = pictures[index];
    const wanted = instances.flatMap((instance, at) => (instance.classIndex === classIndex ? [at] : []));
    const sure = wanted[rng.integer(wanted.length)];
    return { index, instances: drawSubset(rng, instances.length, limit, sure) };
  };
}

function picturesByClass(pictures: readonly { readonly instances: readonly TrainingInstance[] }[]): Map<number, number[]> {
  const byClass = new Map<number, number[]>();
  for (const [index, { instances }] of pictures.entries()) {
    for (const classIndex of new Set(instances.map((instance) => instance.classIndex))) {
      const known = byClass.get(classIndex);
      if (known) known.push(index);
      else byClass.set(classIndex, [index]);
    }
  }
  return byClass;
}

/** Uniformly many (1..limit) of 0..count-1, `sure` among them: what the paper's code does once it has filtered out the empty choices. */
export function drawSubset(rng: Rng, count: number, limit: number | null, sure?: number): number[] {
  const size = 1 + rng.integer(Math.min(count, limit ?? count));
  const order = rng.shuffled(Array.from({ length: count }, (_, index) => index));
  const ranked = sure === undefined ? order : [sure, ...order.filter((index) => index !== sure)];
  return ranked.slice(0, size).sort((a, b) => a - b);
}
