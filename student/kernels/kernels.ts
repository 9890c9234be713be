import type * as Tf from '@tensorflow/tfjs-core';

/** Batch statistics of one normalisation, [C] each. The variance is the unbiased one, as running variances are kept. */
export interface BatchStatistics {
  readonly mean: Tf.Tensor1D;
  readonly variance: Tf.Tensor1D;
}

/**
 * The operations that decide a training step's time. Native TensorFlow has one kernel for each, forwards and backwards;
 * tfjs composes their gradients from many small operations, which the portable set keeps for wasm.
 * Layout is NHWC. All are differentiable in their tensor arguments.
 */
export interface Kernels {
  /** Normalises with the batch's own statistics and hands these to `collect`, which must keep them. */
  batchNorm(
    x: Tf.Tensor4D,
    scale: Tf.Tensor1D,
    offset: Tf.Tensor1D,
    epsilon: number,
    collect: (statistics: BatchStatistics) => void,
  ): Tf.Tensor4D;
  relu(x: Tf.Tensor): Tf.Tensor;
  /** x * sigmoid(x). */
  silu(x: Tf.Tensor): Tf.Tensor;
  /** Adds [C] to [B, H, W, C]. */
  bias(x: Tf.Tensor4D, bias: Tf.Tensor1D): Tf.Tensor4D;
  /** Nearest-neighbour, [B, h, w, C] to [B, 2h, 2w, C]. */
  upsample(x: Tf.Tensor4D): Tf.Tensor4D;
}
