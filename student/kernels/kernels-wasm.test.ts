import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { loadBackend } from '../backend.ts';
import { assertMeansTheSame, type Operation } from './derivatives.contract.ts';
import { testKernels } from './kernels.contract.ts';

const { tf, kernels } = await loadBackend('wasm', 1);

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
];

for (const operation of operations) test(`wasm gradients: ${operation.name}`, () => assertMeansTheSame(tf, operation));
