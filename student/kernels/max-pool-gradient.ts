import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import type { ConvGeometry } from './conv-gradient.ts';

/** Gradient of maxPool in plain code, for wasm, which has none: each window's goes to the first of its largest pixels. NHWC. */
export function maxPoolGradient(tf: TensorFlow, x: Tf.Tensor4D, dy: Tf.Tensor4D, geometry: ConvGeometry): Tf.Tensor4D {
  const [values, gradients] = [x.dataSync(), dy.dataSync()];
  const result = new Float32Array(values.length);
  const { outHeight, outWidth, inChannels } = geometry;
  for (let at = 0, window = 0; at < gradients.length; window++) {
    const [image, row, column] = [Math.floor(window / outWidth / outHeight), Math.floor(window / outWidth) % outHeight, window % outWidth];
    const pixels = windowPixels(geometry, image, row, column);
    for (let channel = 0; channel < inChannels; channel++, at++) {
      let largest = pixels[0] + channel;
      for (const pixel of pixels) if (values[pixel + channel] > values[largest]) largest = pixel + channel;
      result[largest] += gradients[at] as number;
    }
  }
  return tf.tensor4d(result, x.shape);
}

/** Where the pixels of a window that lie inside the map begin in its data. */
function windowPixels(geometry: ConvGeometry, image: number, row: number, column: number): number[] {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth, inHeight, inWidth, inChannels } = geometry;
  const pixels: number[] = [];
  const [top, left] = [row * strideHeight - padInfo.top, column * strideWidth - padInfo.left];
  for (let y = Math.max(0, top); y < Math.min(inHeight, top + filterHeight); y++)
    for (let x = Math.max(0, left); x < Math.min(inWidth, left + filterWidth); x++)
      pixels.push(((image * inHeight + y) * inWidth + x) * inChannels);
  return pixels;
}
