import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { loadBackend } from '../backend.ts';
import { assertMeansTheSame, type Operation } from './derivatives.contract.ts';
import { testKernels } from './kernels.contract.ts';

const { tf, kernels } = await loadBackend('wasm', { threads: 1, deterministic: false });

testKernels('portable kernels on wasm', tf, kernels);

/** The gradients that tfjs-core lacks under Node, one operation each. */
const matrix = [3, 4] as const;
const row = [4] as const;
const operations: readonly Operation[] = [
  {
    name: 'add with a repeated row',
    shapes: [matrix, row],
    compute: (a, b) => tf.add(a, b),
    reference: (a, b) => a.map((v, at) => v + b[at % 4]),
  },
  { name: 'sub from a row', shapes: [row, matrix], compute: (a, b) => tf.sub(a, b), reference: (a, b) => b.map((v, at) => a[at % 4] - v) },
  {
    name: 'mul by a scalar',
    shapes: [matrix, []],
    compute: (a, b) => tf.mul(a, b),
    reference: (a, [b]) => a.map((v) => v * b),
  },
  {
    name: 'div by a repeated column',
    shapes: [matrix, [3, 1]],
    compute: (a, b) => tf.div(a, tf.add(b, 4)),
    reference: (a, b) => a.map((v, at) => v / (b[Math.floor(at / 4)] + 4)),
  },
  {
    name: 'maximum',
    shapes: [matrix, matrix],
    compute: (a, b) => tf.maximum(a, b),
    reference: (a, b) => a.map((v, at) => Math.max(v, b[at])),
  },
  {
    name: 'minimum',
    shapes: [matrix, matrix],
    compute: (a, b) => tf.minimum(a, b),
    reference: (a, b) => a.map((v, at) => Math.min(v, b[at])),
  },
  { name: 'relu', shapes: [matrix], compute: (x) => tf.relu(x), reference: (x) => x.map((v) => Math.max(0, v)) },
  { name: 'softplus', shapes: [matrix], compute: (x) => tf.softplus(x), reference: (x) => x.map((v) => Math.log1p(Math.exp(v))) },
  {
    name: 'addN',
    shapes: [matrix, matrix, matrix],
    compute: (...terms) => tf.addN(terms),
    reference: (a, b, c) => a.map((v, at) => v + b[at] + c[at]),
  },
  { name: 'sum of everything', shapes: [matrix], compute: (x) => tf.sum(x), reference: (x) => [x.reduce((a, b) => a + b)] },
  {
    name: 'sum of columns',
    shapes: [matrix],
    compute: (x) => tf.sum(x, 0),
    reference: (x) => [0, 1, 2, 3].map((c) => x[c] + x[c + 4] + x[c + 8]),
  },
  {
    name: 'prod of rows, one with a zero',
    shapes: [[3, 2]],
    compute: (x) => tf.prod(tf.mul(x, tf.tensor2d([1, 1, 1, 1, 0, 1], [3, 2])), 1),
    reference: (x) => [x[0] * x[1], x[2] * x[3], 0 * x[4] * x[5]],
  },
  {
    name: 'slice',
    shapes: [matrix],
    compute: (x) => tf.slice(x, [1, 0], [-1, 3]),
    reference: (x) => [...x.slice(4, 7), ...x.slice(8, 11)],
  },
  {
    name: 'split into unequal parts, one unused',
    shapes: [matrix],
    compute: (x) => {
      const [first, , last] = tf.split(x, [1, 1, 2], 1) as [Tf.Tensor, Tf.Tensor, Tf.Tensor];
      return tf.mul(first, last);
    },
    reference: (x) => [0, 4, 8].flatMap((at) => [x[at] * x[at + 2], x[at] * x[at + 3]]),
  },
  {
    name: 'concat along the last axis',
    shapes: [matrix, [3, 1]],
    compute: (a, b) => tf.concat([a, b], -1),
    reference: (a, b) => [0, 1, 2].flatMap((r) => [...a.slice(4 * r, 4 * r + 4), b[r]]),
  },
  { name: 'reshape', shapes: [matrix], compute: (x) => tf.reshape(x, [2, 6]), reference: (x) => x },
  { name: 'sigmoid', shapes: [matrix], compute: (x) => tf.sigmoid(x), reference: (x) => x.map((v) => 1 / (1 + Math.exp(-v))) },
  { name: 'leakyRelu', shapes: [matrix], compute: (x) => tf.leakyRelu(x, 0.1), reference: (x) => x.map((v) => Math.max(v, 0.1 * v)) },
  {
    name: 'softmax',
    shapes: [matrix],
    compute: (x) => tf.softmax(x),
    reference: (x) =>
      x.map((v, at) => {
        const row = 4 * Math.floor(at / 4);
        return Math.exp(v) / x.slice(row, row + 4).reduce((sum, other) => sum + Math.exp(other), 0);
      }),
  },
  {
    name: 'transpose',
    shapes: [[2, 3, 2]],
    compute: (x) => tf.transpose(x, [1, 2, 0]),
    reference: (x) => x.map((_, at) => x[6 * (at % 2) + Math.floor(at / 2)]),
  },
  {
    name: 'pad',
    shapes: [[2, 2]],
    compute: (x) =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
    reference: ([a, b, c, d]) => [0, 0, 0, 0, a, b, 0, 0, c, d, 0, 0],
  },
  ...[false, true].flatMap((turnA) =>
    [false, true].map(
      (turnB): Operation => ({
        name: `matMul${turnA ? ' of a transposed matrix' : ''}${turnB ? ' by a transposed matrix' : ''}`,
        shapes: [turnA ? [2, 4, 3] : [2, 3, 4], turnB ? [2, 2, 4] : [2, 4, 2]],
        compute: (a, b) => tf.matMul(a, b, turnA, turnB),
        reference: (a, b) =>
          Array.from({ length: 12 }, (_, at) => {
            const [stack, row, column] = [Math.floor(at / 6), Math.floor(at / 2) % 3, at % 2];
            const ofA = (k: number) => a[12 * stack + (turnA ? 3 * k + row : 4 * row + k)];
            const ofB = (k: number) => b[8 * stack + (turnB ? 4 * column + k : 2 * k + column)];
            return [0, 1, 2, 3].reduce((sum, k) => sum + ofA(k) * ofB(k), 0);
          }),
      }),
    ),
  ),
  {
    name: 'maxPool with windows that overlap and reach over the edge',
    shapes: [[1, 3, 4, 2]],
    compute: (x) => tf.maxPool(x as Tf.Tensor4D, 3, 1, 'same'),
    reference: (x) => eachWindow([3, 4, 2], 3, (_, pixels) => Math.max(...pixels.map(({ at }) => x[at]))),
  },
  {
    name: 'depthwise convolution',
    shapes: [
      [1, 3, 4, 2],
      [3, 3, 2, 1],
    ],
    compute: (x, filter) => tf.depthwiseConv2d(x as Tf.Tensor4D, filter as Tf.Tensor4D, 1, 'same'),
    reference: (x, filter) =>
      eachWindow([3, 4, 2], 3, (channel, pixels) => pixels.reduce((sum, { at, tap }) => sum + x[at] * filter[2 * tap + channel], 0)),
  },
  {
    name: 'transposed convolution, 2x2 pixels for each',
    shapes: [
      [1, 2, 2, 2],
      [2, 2, 1, 2],
    ],
    compute: (x, filter) => tf.conv2dTranspose(x as Tf.Tensor4D, filter as Tf.Tensor4D, [1, 4, 4, 1], 2, 'valid'),
    reference: (x, filter) =>
      Array.from({ length: 16 }, (_, at) => {
        const [y, column] = [Math.floor(at / 4), at % 4];
        const pixel = 2 * (2 * Math.floor(y / 2) + Math.floor(column / 2));
        const tap = 2 * (2 * (y % 2) + (column % 2));
        return x[pixel] * filter[tap] + x[pixel + 1] * filter[tap + 1];
      }),
  },
  {
    name: 'batch norm by running statistics',
    shapes: [[1, 2, 3, 2], [2], [2]],
    compute: (x, scale, offset) => tf.batchNorm(x as Tf.Tensor4D, [0.5, -1], [2, 0.25], offset as Tf.Tensor1D, scale as Tf.Tensor1D, 1e-3),
    reference: (x, scale, offset) =>
      x.map((v, at) => ((v - [0.5, -1][at % 2]) / Math.sqrt([2, 0.25][at % 2] + 1e-3)) * scale[at % 2] + offset[at % 2]),
  },
];

/** A number for each pixel and channel of a map, from the pixels of the window around it that lie inside. */
function eachWindow(
  [height, width, channels]: readonly [number, number, number],
  side: number,
  of: (channel: number, pixels: readonly { readonly at: number; readonly tap: number }[]) => number,
): number[] {
  return Array.from({ length: height * width * channels }, (_, index) => {
    const [channel, x, y] = [index % channels, Math.floor(index / channels) % width, Math.floor(index / channels / width)];
    const taps = Array.from({ length: side * side }, (_, tap) => {
      const [row, column] = [y + Math.floor(tap / side) - 1, x + (tap % side) - 1];
      return { inside: row >= 0 && row < height && column >= 0 && column < width, at: (row * width + column) * channels + channel, tap };
    });
    return of(
      channel,
      taps.filter(({ inside }) => inside),
    );
  });
}

for (const operation of operations) test(`wasm gradients: ${operation.name}`, () => assertMeansTheSame(tf, operation));
