import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../backend.ts';

/** What a convolution's gradients need to know of it: shapes, strides and padding. */
export type ConvGeometry = Tf.backend_util.Conv2DInfo;

/**
 * Gradient of a convolution with respect to its filter, [kh, kw, in, out].
 * Each tap of the filter sees a strided window of the padded input: its gradient is one matrix product, window^T x dy.
 */
export function filterGradient(tf: TensorFlow, x: Tf.Tensor4D, dy: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { filterHeight, filterWidth, filterShape, strideHeight, strideWidth, padInfo, inChannels, outChannels } = geometry;
  const [batch, outHeight, outWidth] = dy.shape;
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]); // prettier-ignore
  const gradient = tf.reshape(dy, [-1, outChannels]);
  const taps: Tf.Tensor[] = [];
  for (let top = 0; top < filterHeight; top++) {
    for (let left = 0; left < filterWidth; left++) {
      const end = [batch, top + (outHeight - 1) * strideHeight + 1, left + (outWidth - 1) * strideWidth + 1, inChannels];
      const window = tf.stridedSlice(padded, [0, top, left, 0], end, [1, strideHeight, strideWidth, 1]);
      taps.push(tf.matMul(tf.reshape(window, [-1, inChannels]), gradient, true, false));
    }
  }
  return tf.reshape(tf.stack(taps), filterShape);
}

/** Gradient of a convolution with respect to its input, [B, H, W, in]. */
export function inputGradient(tf: TensorFlow, dy: Tf.Tensor4D, filter: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { inShape, strideHeight, strideWidth } = geometry;
  return tf.conv2dTranspose(dy, filter, inShape, [strideHeight, strideWidth], 'same');
}
