import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from './tensorflow.ts';

/** AdamW (Loshchilov and Hutter, ICLR 2019) with gradient clipping by global norm, and the weights' moving average. */
export interface OptimizerSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Share of the average kept at each step, e.g. 0.998; less in the first steps. */
  readonly emaDecay: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Vectors of length P that the optimizer moves; all are needed to go on after an interruption. */
export interface OptimizerVectors {
  readonly weights: Float32Array;
  readonly average: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Holds everything as one vector each, so that a step is about 25 operations whatever the number of weights. */
export class FlatAdamW {
  readonly #tf: TensorFlow;
  readonly #settings: OptimizerSettings;
  readonly #decayMask: Tf.Tensor1D;
  #weights: Tf.Tensor1D;
  #average: Tf.Tensor1D;
  #first: Tf.Tensor1D;
  #second: Tf.Tensor1D;

  /** @param decayMask [P], 1 where weight decay applies. */
  constructor(tf: TensorFlow, settings: OptimizerSettings, vectors: OptimizerVectors, decayMask: Float32Array) {
    this.#tf = tf;
    this.#settings = settings;
    this.#decayMask = tf.tensor1d(decayMask);
    this.#weights = tf.tensor1d(vectors.weights);
    this.#average = tf.tensor1d(vectors.average);
    this.#first = tf.tensor1d(vectors.firstMoment);
    this.#second = tf.tensor1d(vectors.secondMoment);
  }

  get weights(): Tf.Tensor1D {
    return this.#weights;
  }

  /** One update; `step` counts from 0. `rate` is the learning rate's factor 0..1 by the schedule. */
  apply(gradient: Tf.Tensor1D, gradientNorm: number, step: number, rate: number): void {
    const tf = this.#tf;
    const { learningRate, weightDecay, clipNorm } = this.#settings;
    const clip = Math.min(1, clipNorm / (gradientNorm + 1e-6));
    const [weights, average, first, second] = tf.tidy(() => {
      const g = tf.mul(gradient, clip);
      const first = tf.add(tf.mul(this.#first, BETA1), tf.mul(g, 1 - BETA1)) as Tf.Tensor1D;
      const second = tf.add(tf.mul(this.#second, BETA2), tf.mul(tf.square(g), 1 - BETA2)) as Tf.Tensor1D;
      const denominator = tf.add(tf.sqrt(tf.div(second, 1 - BETA2 ** (step + 1))), EPSILON);
      const direction = tf.div(tf.div(first, 1 - BETA1 ** (step + 1)), denominator);
      const decay = tf.mul(tf.mul(this.#weights, this.#decayMask), weightDecay);
      const weights = tf.sub(this.#weights, tf.mul(tf.add(direction, decay), learningRate * rate)) as Tf.Tensor1D;
      const kept = Math.min(this.#settings.emaDecay, (1 + step) / (10 + step));
      const average = tf.add(tf.mul(this.#average, kept), tf.mul(weights, 1 - kept)) as Tf.Tensor1D;
      return [weights, average, first, second];
    });
    tf.dispose([this.#weights, this.#average, this.#first, this.#second]);
    this.#weights = weights;
    this.#average = average;
    this.#first = first;
    this.#second = second;
  }

  vectors(): OptimizerVectors {
    const read = (tensor: Tf.Tensor1D) => Float32Array.from(tensor.dataSync());
    return { weights: read(this.#weights), average: read(this.#average), firstMoment: read(this.#first), secondMoment: read(this.#second) };
  }

  dispose(): void {
    this.#tf.dispose([this.#weights, this.#average, this.#first, this.#second, this.#decayMask]);
  }
}

/** Linear warm-up, then half a cosine down to a hundredth (Loshchilov and Hutter, SGDR). Factor 0..1 of the learning rate. */
export function learningRateFactor(step: number, steps: number, warmupSteps: number): number {
  if (step < warmupSteps) return (step + 1) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  return 0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * progress));
}
