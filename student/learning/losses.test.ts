import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classIndex, type Sample } from '../../core/index.ts';
import { loadBackend } from '../backend.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { anchorsOf } from './anchors.ts';
import { VALUE_TOLERANCE } from './gradients.contract.ts';
import { headLosses } from './head-losses.ts';
import { batchLoss } from './losses.ts';
import type { TargetGrid } from './targets.ts';

const backend = await loadBackend('auto', { threads: 1, deterministic: false });
const { tf, name } = backend;

const [BATCH, CLASSES, BINS, CHANNELS] = [2, 2, 16, 4];
const grid: TargetGrid = {
  anchors: anchorsOf({ inputSize: 32, strides: { levels: [4, 8, 16], prototype: 2 } }),
  classCount: CLASSES,
  prototypeCells: 16,
};
const ANCHORS = grid.anchors.count;
const weights = { box: 7.5, dfl: 1.5, mask: 2, unsup: 0.5 };

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

const headTensors = () => [
  tf.randomNormal([BATCH, ANCHORS, CLASSES], 0, 1, 'float32', 1),
  tf.randomNormal([BATCH * ANCHORS, 4 * BINS], 0, 1, 'float32', 2),
  tf.randomNormal([BATCH * ANCHORS, CHANNELS], 0, 1, 'float32', 3),
  tf.randomNormal([BATCH * 16 * 16, CHANNELS], 0, 1, 'float32', 4),
];
type HeadTensors = ReturnType<typeof headTensors>;

const lossOf = ([classLogits, boxLogits, coefficients, prototypes]: HeadTensors) =>
  batchLoss(
    backend,
    grid,
    {
      classLogits: tf.reshape(classLogits, [BATCH, ANCHORS, CLASSES]),
      boxLogits: tf.reshape(boxLogits, [-1, 4 * BINS]),
      coefficients: tf.reshape(coefficients, [-1, CHANNELS]),
      prototypes: tf.reshape(prototypes, [-1, CHANNELS]),
    },
    samples,
    weights,
    7,
  );

test(`${name}: the loss and its gradient, under a factor, are those of the plain code; no tensor is left`, () => {
  const head = headTensors();
  const before = tf.memory().numTensors;
  const [classLogits, boxLogits, coefficients, prototypes] = head.map((tensor) => tensor.dataSync() as Float32Array);
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
  grads.forEach((gradient, index) => {
    assert.deepEqual(gradient.shape, head[index].shape);
    assertClose(
      [...gradient.dataSync()],
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
    return lossOf([tf.fill([BATCH, ANCHORS, CLASSES], Number.NaN), ...rest]).total.dataSync()[0];
  });
  assert.ok(Number.isNaN(total));
});
