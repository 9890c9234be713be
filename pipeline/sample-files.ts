import type { SamplePlan } from '../augment/index.ts';
import { donorImages, type TrainingSet } from '../core/index.ts';

/** The picture files that a sample is made of. */
export interface SampleFiles {
  readonly main: string;
  readonly donor: string | null;
}

export function sampleFiles({ main, donor }: SamplePlan, set: TrainingSet): SampleFiles {
  return { main: set[main.stream][main.index].path, donor: donor && donorImages(set)[donor.index].path };
}
