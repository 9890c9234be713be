import type { SamplePlan } from '../../augment/index.ts';
import { donorImage, type TrainingSet } from '../../core/index.ts';

/** The picture files that a sample is made of. */
export interface SampleFiles {
  readonly main: string;
  readonly donor: string | null;
}

export function sampleFiles({ main, donor }: SamplePlan, set: TrainingSet): SampleFiles {
  return { main: set[main.stream][main.index].path, donor: donor && (donorImage(set, donor.index)?.path ?? null) };
}
