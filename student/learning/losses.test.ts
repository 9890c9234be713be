import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { classIndex, type Sample } from '../../core/index.ts';
import { loadBackend } from '../backend.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { anchorsOf } from './anchors.ts';
import { VALUE_TOLERANCE } from './gradients.contract.ts';
import { headLosses } from './head-losses.ts';
import { BatchLoss } from './losses.ts';
import type { TargetGrid } from './targets.ts';

const backend = await loadBackend('auto', { threads: 1, deterministic: false });
const { tf, name } = backend;

const [BATCH, CLASSES, BINS, CHANNELS] = [2, 2, 16, 4];
const grid: TargetGrid = {
  anchors: anchorsOf({ inputSize: 32, strides: { levels: [4, 8, 16], prototype: 2 } }),
  classCount: CLASSES,
  prototypeCells: 16,
};
const weights = { box: 7.5, dfl: 1.5, mask: 2, parts: { labeled: 0.75, pseudo: 0.25 } };

const picture = (stream: Sample['stream']): Sample => ({
  image: { size: { width: 32, height: 32 }, data: new Uint8Array() },
  instances: [
    {
      classIndex: classIndex(1),
      box: { x1: 4, y1: 6, x2: 20, y2: 18 },
      source: { by: 'human' },
      grid: { x1: 2, y1: 3, x2: 10, y2: 9 },
      coverage: new Uint8Array(48).fill(255),
    },
  ],
  ignored: [],
  stream,
});
const samples = [picture('labeled'), picture('pseudo')];

/** Class logits, box logits and coefficients of three levels each, and prototypes. */
const SIDES = [8, 4, 2];
const SHAPES = [
  ...[CLASSES, 4 * BINS, CHANNELS].flatMap((channels) => SIDES.map((side) => [BATCH, side, side, channels])),
  [BATCH, 16, 16, CHANNELS],
];
const headTensors = (): Tf.Tensor[] => SHAPES.map((shape, index) => tf.randomNormal(shape, 0, 1, 'float32', 1 + index));

const batchLoss = new BatchLoss(tf, grid);
const lossOf = (tensors: readonly Tf.Tensor[]) => {
  const levels = (part: number) => tensors.slice(3 * part, 3 * part + 3) as Tf.Tensor4D[];
  const head = { classLogits: levels(0), boxLogits: levels(1), coefficients: levels(2), prototypes: tensors[9] as Tf.Tensor4D };
  return batchLoss.of(head, samples, weights, 7);
};

/** Levels side by side, [B, A, C], by TF.js' own operations. */
const joined = (levels: readonly Tf.Tensor[]) =>
  tf.tidy(
    () =>
      tf
        .concat(
          levels.map((level) => tf.reshape(level, [BATCH, -1, level.shape[3] as number])),
          1,
        )
        .dataSync() as Float32Array,
  );

test(`${name}: the loss and its gradient, under a factor, are those of the plain code; no tensor is left`, () => {
  const head = headTensors();
  const before = tf.memory().numTensors;
  const parts = (tensors: readonly Tf.Tensor[]) => [0, 3, 6, 9].map((at) => joined(tensors.slice(at, at + 3)));
  const [classLogits, boxLogits, coefficients, prototypes] = parts(head);
  const expected = headLosses(
    grid,
    { classLogits, boxLogits, coefficients, prototypes, bins: BINS, channels: CHANNELS },
    samples,
    weights,
    7,
  );
  const { value, grads } = tf.valueAndGrads((...tensors) => {
    const { total, report } = lossOf(tensors);
    assert.deepEqual(report, expected.report);
    return tf.mul(total, 3);
  })(head);
  assertClose([...value.dataSync()], [3 * expected.total], VALUE_TOLERANCE, 'loss');
  const slopes = [expected.gradient.classLogits, expected.gradient.boxLogits, expected.gradient.coefficients, expected.gradient.prototypes];
  for (const [index, gradient] of grads.entries()) assert.deepEqual(gradient.shape, head[index].shape);
  parts(grads).forEach((gradient, index) => {
    assertClose(
      [...gradient],
      [...slopes[index]].map((slope) => 3 * slope),
      VALUE_TOLERANCE,
      `gradient of ${index}`,
    );
  });
  tf.dispose([value, ...grads]);
  assert.equal(tf.memory().numTensors, before);
  tf.dispose(head);
});

test(`${name}: a head that is not a number has a loss that is none`, () => {
  const total = tf.tidy(() => {
    const [, ...rest] = headTensors();
    return lossOf([tf.fill(SHAPES[0], Number.NaN), ...rest]).total.dataSync()[0];
  });
  assert.ok(Number.isNaN(total));
});
