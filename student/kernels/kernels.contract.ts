import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import { batchRenorm, type RenormLimits } from './batch-renorm.ts';
import { assertClose, assertMeansTheSame, type Operation, VALUE_TOLERANCE } from './derivatives.contract.ts';
import type { BatchStatistics, Kernels } from './kernels.ts';

/** [B, H, W, C] of the feature maps below; odd sides, and channels that no vector width divides. */
const [BATCH, HEIGHT, WIDTH, CHANNELS] = [2, 3, 5, 3] as const;
const features = [BATCH, HEIGHT, WIDTH, CHANNELS] as const;
const EPSILON = 1e-3;

/** What every set of kernels promises, whatever computes it. */
export function testKernels(who: string, tf: TensorFlow, kernels: Kernels): void {
  for (const operation of [...kernelOperations(kernels), ...convolutions(tf)])
    test(`${who}: ${operation.name}`, () => assertMeansTheSame(tf, operation));

  test(`${who}: batchNorm hands out the batch's mean and unbiased variance`, () => {
    const x = tf.tensor4d([1, 10, 2, 10, 3, 10, 6, 14], [2, 1, 2, 2]);
    const [one, zero] = [tf.tensor1d([1, 1]), tf.tensor1d([0, 0])];
    let collected: BatchStatistics | undefined;
    kernels.batchNorm(x, one, zero, EPSILON, ({ mean, variance }) => {
      collected = { mean: tf.keep(mean), variance: tf.keep(variance) };
    });
    assertClose([...collected!.mean.dataSync()], [3, 11], VALUE_TOLERANCE, 'means');
    assertClose([...collected!.variance.dataSync()], [14 / 3, 4], VALUE_TOLERANCE, 'variances');
  });

  test(`${who}: batch renormalisation within narrow limits is batch normalisation, within wide ones that of the running statistics`, () => {
    const x = tf.tensor4d(
      Float32Array.from({ length: BATCH * HEIGHT * WIDTH * CHANNELS }, (_, at) => Math.sin(3 * at) + (at % CHANNELS)),
      [...features],
    );
    const [scale, offset] = [tf.tensor1d([2, -1, 0.5]), tf.tensor1d([0.1, 0, -3])];
    const running = { mean: tf.tensor1d([0.5, 0.5, 2.5]), variance: tf.tensor1d([0.3, 0.6, 2]) };
    const renormed = (limits: RenormLimits) =>
      tf.tidy(() => [...batchRenorm(tf, kernels, { x, scale, offset, epsilon: EPSILON, running, limits }, () => undefined).dataSync()]);
    const byBatch = tf.tidy(() => [...kernels.batchNorm(x, scale, offset, EPSILON, () => undefined).dataSync()]);
    assertClose(renormed({ scale: 1, shift: 0 }), byBatch, VALUE_TOLERANCE, 'narrow');
    const byRunning = tf.tidy(() => [...tf.batchNorm(x, running.mean, running.variance, offset, scale, EPSILON).dataSync()]);
    assertClose(renormed({ scale: 100, shift: 100 }), byRunning, VALUE_TOLERANCE, 'wide');
  });

  test(`${who}: batch renormalisation's factors are constants for the gradient`, () => {
    const x = tf.tensor4d([1, 5, 2, 8], [1, 2, 2, 1]);
    const [one, zero] = [tf.tensor1d([1]), tf.tensor1d([0])];
    const running = { mean: tf.tensor1d([3]), variance: tf.tensor1d([4]) };
    const probe = tf.tensor4d([1, -2, 0.5, 3], [1, 2, 2, 1]);
    const gradientOf = (normalize: (x: Tf.Tensor4D) => Tf.Tensor) => tf.grad((x) => tf.sum(tf.mul(normalize(x as Tf.Tensor4D), probe)))(x);
    const plain = gradientOf((x) => kernels.batchNorm(x, one, zero, EPSILON, () => undefined));
    const renormed = gradientOf((x) =>
      batchRenorm(tf, kernels, { x, scale: one, offset: zero, epsilon: EPSILON, running, limits: { scale: 3, shift: 5 } }, () => undefined),
    );
    // The batch's variance is 7.5, the running one 4.
    const r = Math.sqrt((7.5 + EPSILON) / (4 + EPSILON));
    assertClose(
      [...renormed.dataSync()],
      [...plain.dataSync()].map((value) => r * value),
      VALUE_TOLERANCE,
      'gradient',
    );
  });

  test(`${who}: relu passes no gradient at 0`, () => {
    const gradient = tf.grad((x) => tf.sum(kernels.relu(x)))(tf.tensor1d([-1, 0, 1]));
    assert.deepEqual([...gradient.dataSync()], [0, 0, 1]);
  });
}

function kernelOperations(kernels: Kernels): readonly Operation[] {
  return [
    {
      name: 'batchNorm',
      shapes: [features, [CHANNELS], [CHANNELS]],
      compute: (x, scale, offset) =>
        kernels.batchNorm(x as Tf.Tensor4D, scale as Tf.Tensor1D, offset as Tf.Tensor1D, EPSILON, () => undefined),
      reference: normalized,
    },
    {
      name: 'relu',
      shapes: [features],
      compute: (x) => kernels.relu(x),
      reference: (x) => x.map((value) => Math.max(0, value)),
    },
    {
      name: 'silu',
      shapes: [features],
      compute: (x) => kernels.silu(x),
      reference: (x) => x.map((value) => value / (1 + Math.exp(-value))),
    },
    {
      name: 'bias',
      shapes: [features, [CHANNELS]],
      compute: (x, bias) => kernels.bias(x as Tf.Tensor4D, bias as Tf.Tensor1D),
      reference: (x, bias) => x.map((value, at) => value + bias[at % CHANNELS]),
    },
    { name: 'upsample', shapes: [features], compute: (x) => kernels.upsample(x as Tf.Tensor4D), reference: doubled },
  ];
}

/** Convolutions as the student has them. An odd side makes TensorFlow's SAME padding uneven the other way round. */
function convolutions(tf: TensorFlow): readonly Operation[] {
  const kinds = [1, 3].flatMap((kernel) => [1, 2].flatMap((stride) => [6, 7].map((side) => ({ kernel, stride, side }))));
  return kinds.map(({ kernel, stride, side }) => ({
    name: `conv2d ${kernel}x${kernel}, stride ${stride}, ${side}x${side - 1} pixels`,
    shapes: [
      [2, side, side - 1, 3],
      [kernel, kernel, 3, 2],
    ],
    compute: (x, filter) => tf.conv2d(x as Tf.Tensor4D, filter as Tf.Tensor4D, [stride, stride], 'same'),
    reference: (x, filter) => convolved(x, [2, side, side - 1, 3], filter, [kernel, kernel, 3, 2], stride),
  }));
}

function normalized(x: readonly number[], scale: readonly number[], offset: readonly number[]): number[] {
  const count = x.length / CHANNELS;
  const mean = scale.map((_, c) => x.reduce((sum, value, at) => sum + (at % CHANNELS === c ? value : 0), 0) / count);
  const variance = scale.map((_, c) => x.reduce((sum, value, at) => sum + (at % CHANNELS === c ? (value - mean[c]) ** 2 : 0), 0) / count);
  return x.map((value, at) => {
    const c = at % CHANNELS;
    return ((value - mean[c]) / Math.sqrt(variance[c] + EPSILON)) * scale[c] + offset[c];
  });
}

function doubled(x: readonly number[]): number[] {
  const result: number[] = [];
  for (let image = 0; image < BATCH; image++)
    for (let y = 0; y < 2 * HEIGHT; y++)
      for (let at = 0; at < 2 * WIDTH; at++)
        for (let c = 0; c < CHANNELS; c++)
          result.push(x[((image * HEIGHT + Math.floor(y / 2)) * WIDTH + Math.floor(at / 2)) * CHANNELS + c]);
  return result;
}

type Shape = readonly [number, number, number, number];

/** A convolution as one sum a pixel, padded as TensorFlow's SAME is: what is left over goes to the end. */
function convolved(
  x: readonly number[],
  [batch, height, width, from]: Shape,
  filter: readonly number[],
  [rows, columns, , to]: Shape,
  stride: number,
): number[] {
  const [outHeight, outWidth] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const top = Math.floor(Math.max(0, (outHeight - 1) * stride + rows - height) / 2);
  const left = Math.floor(Math.max(0, (outWidth - 1) * stride + columns - width) / 2);
  const result = new Array<number>(batch * outHeight * outWidth * to).fill(0);
  result.forEach((_, at) => {
    const [o, column, row, image] = [
      at % to,
      Math.floor(at / to) % outWidth,
      Math.floor(at / to / outWidth) % outHeight,
      Math.floor(at / to / outWidth / outHeight),
    ];
    for (let tap = 0; tap < rows * columns * from; tap++) {
      const [i, kx, ky] = [tap % from, Math.floor(tap / from) % columns, Math.floor(tap / from / columns)];
      const [y, pixel] = [row * stride + ky - top, column * stride + kx - left];
      if (y >= 0 && y < height && pixel >= 0 && pixel < width)
        result[at] += x[((image * height + y) * width + pixel) * from + i] * filter[((ky * columns + kx) * from + i) * to + o];
    }
  });
  return result;
}
