import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import { type ConvGeometry, filterGradient, inputGradient } from './conv-gradient.ts';

/**
 * Gradients of depthwise convolutions for wasm, which has none: each channel's is that of a convolution of one channel.
 * Exports have few of them, so that a loop over channels is short enough. NHWC; filters are [kh, kw, C, n].
 */

export function depthwiseInputGradient(tf: TensorFlow, dy: Tf.Tensor4D, filter: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { inChannels } = geometry;
  const [parts, filters] = [tf.split<Tf.Tensor4D>(dy, inChannels, 3), tf.split<Tf.Tensor4D>(filter, inChannels, 2)];
  return tf.concat(
    parts.map((part, channel) => inputGradient(tf, part, filters[channel] as Tf.Tensor4D, geometry)),
    3,
  );
}

export function depthwiseFilterGradient(tf: TensorFlow, x: Tf.Tensor4D, dy: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { inChannels } = geometry;
  const [maps, parts] = [tf.split<Tf.Tensor4D>(x, inChannels, 3), tf.split<Tf.Tensor4D>(dy, inChannels, 3)];
  return tf.concat(
    maps.map((map, channel) => filterGradient(tf, map, parts[channel] as Tf.Tensor4D, geometry)),
    2,
  );
}
