import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import type { BatchStatistics, Kernels } from './kernels.ts';

/** How far a normalisation by a small batch may be led by the running statistics. */
export interface RenormLimits {
  /** r, the batch's deviation over the running one, stays within 1/scale..scale; 1 or more. */
  readonly scale: number;
  /** d, the difference of the means in running deviations, stays within -shift..shift; 0 or more. */
  readonly shift: number;
}

/** One normalisation: what {@link Kernels.batchNorm} takes, and the running statistics to stay near to. */
export interface Renormalisation {
  readonly x: Tf.Tensor4D;
  readonly scale: Tf.Tensor1D;
  readonly offset: Tf.Tensor1D;
  readonly epsilon: number;
  readonly running: BatchStatistics;
  readonly limits: RenormLimits;
}

/**
 * Batch renormalisation (Ioffe, "Batch Renormalization", NeurIPS 2017, algorithm 1): normalised by the batch, then scaled by r and shifted
 * by d, which are constants for the gradient. Where they are not clipped, the output is that of the running statistics, so that what is
 * trained with few pictures at a time is what runs later. From y = scale * normal + offset follows r*y + (1-r)*offset + d*scale.
 */
export function batchRenorm(
  tf: TensorFlow,
  kernels: Pick<Kernels, 'batchNorm'>,
  { x, scale, offset, epsilon, running, limits }: Renormalisation,
  collect: (statistics: BatchStatistics) => void,
): Tf.Tensor4D {
  let batch: BatchStatistics | undefined;
  const y = kernels.batchNorm(x, scale, offset, epsilon, (statistics) => {
    collect(statistics);
    batch = { mean: tf.keep(statistics.mean.clone()), variance: tf.keep(statistics.variance.clone()) };
  });
  const { mean, variance } = batch as BatchStatistics;
  const count = x.size / scale.size;
  // What is collected is unbiased, as running variances are; what normalises is not.
  const biased = tf.mul(variance, (count - 1) / count) as Tf.Tensor1D;
  const { r, d } = renormFactors(tf, { mean, variance: biased }, running, epsilon, limits);
  tf.dispose([mean, variance]);
  return tf.add(tf.mul(y, r), tf.add(tf.mul(offset, tf.sub(1, r)), tf.mul(scale, d)));
}

function renormFactors(
  tf: TensorFlow,
  batch: BatchStatistics,
  running: BatchStatistics,
  epsilon: number,
  { scale, shift }: RenormLimits,
): { r: Tf.Tensor; d: Tf.Tensor } {
  const deviation = tf.sqrt(tf.add(running.variance, epsilon));
  const r = tf.clipByValue(tf.div(tf.sqrt(tf.add(batch.variance, epsilon)), deviation), 1 / scale, scale);
  const d = tf.clipByValue(tf.div(tf.sub(batch.mean, running.mean), deviation), -shift, shift);
  return { r, d };
}
