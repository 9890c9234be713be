import { type AugmentRecipe, copyPasteRecipe, openSampleStream, type SampleStream } from '../augment/index.ts';
import { derivedSeed, type onnx, type Sample } from '../core/index.ts';
import { buildStudent, stridesOf, type TrainSettings } from '../student/index.ts';
import { categoryCount } from './scene.ts';

/** The training that is measured: `selfpaste-s` at 256 px on batches of eight. */
export const inputSize = 256;
export const batchSize = 8;
export const threads = 2;
/** Until memory is laid out and all code compiled. */
export const warmUpSteps = 5;
const strides = stridesOf([8, 16, 32]);

export const trainSettings: TrainSettings = {
  steps: 2000,
  batchSize,
  microBatches: 1,
  optimizer: { kind: 'adamw' },
  learningRate: 1e-3,
  // The peer has no schedule.
  schedule: { kind: 'step', at: [], factor: 1 },
  warmupSteps: 0,
  weightDecay: 1e-3,
  clipNorm: 10,
  emaDecay: 0.995,
  unsupWeight: 1,
  unsupWarmupSteps: 0,
  boxWeight: 2,
  dflWeight: 0.5,
  maskWeight: 2,
  norm: 'batch',
};

export function benchStudentModel(seed: number): onnx.Model {
  const classNames = Array.from({ length: categoryCount }, (_, index) => `class_${index + 1}`);
  return buildStudent({ classNames, inputSize, strides, prototypes: 32, size: 's' }, derivedSeed(seed, 'student', 0));
}

const recipe: AugmentRecipe = {
  ...copyPasteRecipe({ width: inputSize, height: inputSize }),
  prototypeStride: strides.prototype,
};

/** As the trainer opens it. */
export function openBenchStream(trainingSetFile: string, seed: number): SampleStream {
  return openSampleStream({ trainingSetFile, seed, round: 0, recipe, batchSize, firstStep: 0, workers: 1, lookahead: 4 });
}

/** The stream's first batch: what both sides train on again and again. */
export async function fixedBatch(trainingSetFile: string, seed: number): Promise<readonly Sample[]> {
  const stream = openBenchStream(trainingSetFile, seed);
  try {
    return (await stream.next()).samples;
  } finally {
    await stream.close();
  }
}
