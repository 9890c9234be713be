import type * as Tf from '@tensorflow/tfjs-core';
import type { ParameterLayout } from '../graph/parameters.ts';
import type { RenormLimits } from '../kernels/batch-renorm.ts';
import type { BatchStatistics } from '../kernels/kernels.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { keptShare } from './schedule.ts';

/** Share of the running statistics kept at each update; less at the first ones. */
const KEPT = 0.97;

/** Running means and variances of all norms as one vector, by their layout: what inference normalises by. */
export class RunningStatistics {
  readonly #tf: TensorFlow;
  readonly #norms: ParameterLayout['statistics'];
  /** Sums of the step's batches, by the values that the norms make. */
  #collected = new Map<string, Tf.Tensor1D>();
  #batches = 0;
  #vector: Tf.Tensor1D;

  constructor(tf: TensorFlow, norms: ParameterLayout['statistics'], values: Float32Array) {
    this.#tf = tf;
    this.#norms = norms;
    this.#vector = tf.tensor1d(values);
  }

  /** Takes note of what a norm saw in a batch. */
  collect(norm: string, { mean, variance }: BatchStatistics): void {
    const both = this.#tf.keep(this.#tf.concat([mean, variance]) as Tf.Tensor1D);
    const before = this.#collected.get(norm);
    if (before === undefined) {
      this.#collected.set(norm, both);
      return;
    }
    this.#collected.set(norm, this.#tf.keep(this.#tf.add(before, both)));
    this.#tf.dispose([before, both]);
  }

  /** Ends a micro-batch. */
  batchDone(): void {
    this.#batches++;
  }

  /** Moves towards the mean of the step's batches, and forgets them. @param updates made before this one */
  update(updates: number): void {
    if (this.#norms.length > 0) {
      const tf = this.#tf;
      const next = tf.tidy(() => {
        const sums = tf.concat(this.#norms.map(({ norm }) => this.#collected.get(norm) as Tf.Tensor1D)) as Tf.Tensor1D;
        return moving(tf, this.#vector, tf.div(sums, this.#batches) as Tf.Tensor1D, keptShare(KEPT, updates));
      });
      this.#vector.dispose();
      this.#vector = next;
    }
    this.forget();
  }

  /** Forgets the step's batches. */
  forget(): void {
    this.#tf.dispose([...this.#collected.values()]);
    this.#collected = new Map();
    this.#batches = 0;
  }

  /** The statistics by the names of their initializers. */
  tensors(): ReadonlyMap<string, Tf.Tensor> {
    if (this.#norms.length === 0) return new Map();
    const parts = this.#tf.split(
      this.#vector,
      this.#norms.flatMap(({ channels }) => [channels, channels]),
    );
    return new Map(
      this.#norms.flatMap(({ mean, variance }, at): [string, Tf.Tensor][] => [
        [mean, parts[2 * at]],
        [variance, parts[2 * at + 1]],
      ]),
    );
  }

  values(): Float32Array {
    return Float32Array.from(this.#vector.dataSync());
  }

  dispose(): void {
    this.forget();
    this.#vector.dispose();
  }
}

/** Over which shares of the steps the limits of batch renormalisation open: at first the running statistics know nothing. */
const RENORM_FROM = 0.1;
const RENORM_TO = 0.4;
/** How far they open (Ioffe 2017, section 4.1). */
const RENORM_SCALE = 3;
const RENORM_SHIFT = 5;

/** Limits at a step; (1, 0) is plain batch normalisation. */
export function renormLimits(step: number, steps: number): RenormLimits {
  const opened = Math.min(1, Math.max(0, (step / steps - RENORM_FROM) / (RENORM_TO - RENORM_FROM)));
  return { scale: 1 + opened * (RENORM_SCALE - 1), shift: opened * RENORM_SHIFT };
}

/** A moving average's next value: `kept` of the old one, the rest of the new. */
function moving(tf: TensorFlow, average: Tf.Tensor1D, value: Tf.Tensor1D, kept: number): Tf.Tensor1D {
  return tf.add(tf.mul(average, kept), tf.mul(value, 1 - kept));
}
