/** Training pictures: seeded plans (Large Scale Jitter, Copy-Paste), their rendering, and the stream of batches for the trainer. */
export type { DropCounts, DropReason } from './arrangement.ts';
export type { AugmentedInstance, AugmentedPicture, DroppedInstance } from './augmented-picture.ts';
export {
  applyCopyPaste,
  type CopyPastePlan,
  copyPaste,
  type LabeledPicture,
  largeScaleJitter,
  type PlannedPicture,
} from './copy-paste.ts';
export type { Occlusion } from './occlusion.ts';
export { PictureStore } from './picture-store.ts';
export type { Placement } from './placement.ts';
export { type DonorPlan, type MainPlan, type PlannerSettings, type SamplePlan, type SamplePlanner, samplePlanner } from './plan.ts';
export { encodePng } from './png.ts';
export { type AugmentRecipe, copyPasteRecipe, type Jitter, LargeScaleJitter, type OcclusionRule, StandardScaleJitter } from './recipe.ts';
export { type RenderedSample, renderPicture, renderSample } from './render.ts';
export type { SampleBatch } from './sample-messages.ts';
export { openSampleStream, type SampleStream, type SampleStreamSettings } from './sample-stream.ts';
export { readTrainingSet, writeTrainingSet } from './training-set-file.ts';
