import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';

/** What a convolution's gradients need to know of it: shapes, strides and padding. */
export type ConvGeometry = Tf.backend_util.Conv2DInfo;

/**
 * Gradients of convolutions as convolutions: the wasm backend has no kernel for the filter's and a slow one for the input's,
 * but forwards it has XNNPACK's. Layout is NHWC, without dilation.
 */

/**
 * Gradient with respect to the filter, [kh, kw, in, out]: the input, with channels as its batch, convolved with dy.
 * Neighbours in dy saw windows that lie a stride apart, hence the dilation.
 */
export function filterGradient(tf: TensorFlow, x: Tf.Tensor4D, dy: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const images = tf.transpose(x, [3, 1, 2, 0]); // [in, H, W, B]
  const filter = tf.transpose(dy, [1, 2, 0, 3]); // [h, w, B, out]
  const pad = padding([padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right]);
  const taps = tf.conv2d(images, filter, 1, pad, 'NHWC', [strideHeight, strideWidth]);
  // A stride may leave rows and columns of the input that no window starts at.
  return tf.transpose(tf.slice(taps, [0, 0, 0, 0], [-1, filterHeight, filterWidth, -1]), [1, 2, 0, 3]);
}

/** Gradient with respect to the input, [B, H, W, in]: dy, spread out by the stride, convolved with the filter turned by half a circle. */
export function inputGradient(tf: TensorFlow, dy: Tf.Tensor4D, filter: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const { padInfo, inHeight, inWidth, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  const spread = spreadOut(tf, dy, strideHeight, strideWidth);
  const [, height, width] = spread.shape;
  const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  const before = { top: filterHeight - 1 - padInfo.top, left: filterWidth - 1 - padInfo.left };
  const pad = padding([before.top, inHeight - height + padInfo.top], [before.left, inWidth - width + padInfo.left]);
  return tf.conv2d(spread, turned, 1, pad);
}

/** Puts stride - 1 zeros between neighbours. */
function spreadOut(tf: TensorFlow, dy: Tf.Tensor4D, strideY: number, strideX: number): Tf.Tensor4D {
  if (strideY === 1 && strideX === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const zerosAfter = (values: Tf.Tensor, count: number) =>
    tf.pad(values, [
      [0, 0],
      [0, count],
    ]);
  const columns = zerosAfter(tf.reshape(dy, [-1, channels]), (strideX - 1) * channels);
  const rowLength = width * strideX * channels;
  const rows = zerosAfter(tf.reshape(columns, [-1, rowLength]), (strideY - 1) * rowLength);
  const all: Tf.Tensor4D = tf.reshape(rows, [batch, height * strideY, width * strideX, channels]);
  return tf.slice(all, [0, 0, 0, 0], [batch, (height - 1) * strideY + 1, (width - 1) * strideX + 1, channels]);
}

type Pair = [number, number];

const padding = (rows: Pair, columns: Pair): [Pair, Pair, Pair, Pair] => [[0, 0], rows, columns, [0, 0]];
