import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import type { Kernels } from './kernels.ts';
import { siluKernel } from './silu.ts';
import { withGradient } from './with-gradient.ts';

/** Kernels from tfjs' own operations, for any backend. */
export function portableKernels(tf: TensorFlow): Kernels {
  const relu = withGradient<[Tf.Tensor]>(tf, ([x], save) => {
    const value = tf.relu(x);
    save([value]);
    return { value, gradient: (dy, [y]) => [tf.mul(dy, tf.step(y as Tf.Tensor))] };
  });

  return {
    relu,
    silu: siluKernel(tf),
    bias: (x, bias) => tf.add(x, bias),
    batchNorm(x, scale, offset, epsilon, collect) {
      const count = x.size / x.shape[3];
      const normalize = withGradient<[Tf.Tensor4D, Tf.Tensor1D, Tf.Tensor1D]>(tf, ([x, scale, offset], save) => {
        const mean = meanByChannel(tf, x);
        const centered = tf.sub(x, mean);
        const variance = meanByChannel(tf, tf.square(centered));
        collect({ mean, variance: tf.mul(variance, count / Math.max(1, count - 1)) });
        const deviation = tf.rsqrt(tf.add(variance, epsilon));
        const normal = tf.mul(centered, deviation);
        save([normal, tf.mul(scale, deviation)]);
        return { value: tf.add(tf.mul(normal, scale), offset), gradient: (dy, saved) => normGradient(tf, dy, saved) };
      });
      return normalize(x, scale, offset) as Tf.Tensor4D;
    },
    upsample(x) {
      const [batch, height, width, channels] = x.shape;
      const wide = tf.reshape(tf.concat([x, x], 3), [batch * height, 1, 2 * width * channels]);
      return tf.reshape(tf.concat([wide, wide], 1), [batch, 2 * height, 2 * width, channels]);
    },
  };
}

const meanByChannel = (tf: TensorFlow, x: Tf.Tensor): Tf.Tensor1D => tf.mean(x, [0, 1, 2]);

/** Ioffe and Szegedy, "Batch Normalization", ICML 2015, section 3, in terms of the normalised input and the factor scale / deviation. */
function normGradient(tf: TensorFlow, dy: Tf.Tensor, saved: readonly Tf.Tensor[]): readonly Tf.Tensor[] {
  const [normal, factor] = saved as [Tf.Tensor, Tf.Tensor];
  const shared = meanByChannel(tf, dy);
  const along = meanByChannel(tf, tf.mul(dy, normal));
  const count = dy.size / shared.size;
  const dx = tf.mul(tf.sub(tf.sub(dy, shared), tf.mul(normal, along)), factor);
  return [dx, tf.mul(along, count), tf.mul(shared, count)];
}
