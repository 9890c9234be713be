/** Training pictures: seeded plans (Large Scale Jitter, Copy-Paste), their rendering, and the stream of batches for the trainer. */
export { PictureStore } from './picture-store.ts';
export type { Placement } from './placement.ts';
export { type DonorPlan, type MainPlan, type PlannerSettings, type SamplePlan, type SamplePlanner, samplePlanner } from './plan.ts';
export { sampleToImage } from './preview.ts';
export { type AugmentRecipe, copyPasteRecipe, type Jitter, LargeScaleJitter, StandardScaleJitter } from './recipe.ts';
export { type DropReason, type RenderedSample, renderSample } from './render.ts';
export { openSampleStream, type SampleStream, type SampleStreamSettings } from './sample-stream.ts';
export { readTrainingSet, writeTrainingSet } from './training-set-file.ts';
