import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { loadBackend } from './backend.ts';
import { assertClose, assertMeansTheSame } from './kernels/derivatives.contract.ts';
import { type HeadOutputs, losses } from './losses.ts';
import type { Targets } from './targets.ts';

const { tf, kernels, name } = await loadBackend('auto', 1);

/** 2 pictures of 3 anchors, 2 classes, 2 prototypes on 2x2 cells; 2 positives with 3 mask cells. */
const [BATCH, ANCHORS, CLASSES, PROTOTYPES] = [2, 3, 2, 2];
const targets: Targets = {
  classes: Float32Array.of(0, 0, 0.75, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  anchorWeights: Float32Array.of(1, 0.25, 1, 1, 1, 0.5),
  positiveRows: Int32Array.of(1, 5),
  boxes: Float32Array.of(4, 6, 14, 13, 10, 2, 18, 9),
  anchors: Float32Array.of(8, 8, 4, 12, 4, 8),
  boxWeights: Float32Array.of(0.75, 0.5),
  cellPositives: Int32Array.of(0, 0, 1),
  cellRows: Int32Array.of(2, 3, 5),
  cellTargets: Float32Array.of(1, 0.25, 0),
  cellWeights: Float32Array.of(0.25, 0.25, 0.5),
  normalizer: 1.75,
};

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x));
const crossEntropy = (logit: number, target: number): number =>
  -target * Math.log(logistic(logit)) - (1 - target) * Math.log(1 - logistic(logit));

function computed(head: HeadOutputs, wanted = targets) {
  return losses(tf, kernels, head, wanted);
}

const headOf = (classes: Tf.Tensor, regression: Tf.Tensor, prototypes: Tf.Tensor): HeadOutputs => ({
  classLogits: classes as Tf.Tensor3D,
  regression: regression as Tf.Tensor2D,
  prototypes: prototypes as Tf.Tensor2D,
});

const shapes = [
  [BATCH, ANCHORS, CLASSES],
  [BATCH * ANCHORS, 4 + PROTOTYPES],
  [BATCH * 4, PROTOTYPES],
] as const;

function classReference(logits: readonly number[]): number {
  const terms = logits.map((logit, at) => crossEntropy(logit, targets.classes[at]) * targets.anchorWeights[Math.floor(at / CLASSES)]);
  return terms.reduce((sum, term) => sum + term, 0) / targets.normalizer;
}

function boxReference(regression: readonly number[]): number {
  let sum = 0;
  targets.positiveRows.forEach((row, p) => {
    const [x, y, stride] = targets.anchors.subarray(3 * p);
    const [left, top, right, bottom] = regression.slice(row * (4 + PROTOTYPES)).map((raw) => softplus(raw) * stride);
    const [x1, y1, x2, y2] = [x - left, y - top, x + right, y + bottom];
    const [wx1, wy1, wx2, wy2] = targets.boxes.subarray(4 * p);
    const overlap = Math.max(0, Math.min(x2, wx2) - Math.max(x1, wx1)) * Math.max(0, Math.min(y2, wy2) - Math.max(y1, wy1));
    const union = (x2 - x1) * (y2 - y1) + (wx2 - wx1) * (wy2 - wy1) - overlap;
    const hull = (Math.max(x2, wx2) - Math.min(x1, wx1)) * (Math.max(y2, wy2) - Math.min(y1, wy1));
    sum += targets.boxWeights[p] * (1 - (overlap / union - (hull - union) / hull));
  });
  return sum / targets.normalizer;
}

function maskReference(regression: readonly number[], prototypes: readonly number[]): number {
  let sum = 0;
  targets.cellRows.forEach((cell, n) => {
    const coefficients = targets.positiveRows[targets.cellPositives[n]] * (4 + PROTOTYPES) + 4;
    const logit = regression[coefficients] * prototypes[2 * cell] + regression[coefficients + 1] * prototypes[2 * cell + 1];
    sum += targets.cellWeights[n] * crossEntropy(logit, targets.cellTargets[n]);
  });
  return sum;
}

test(`class, box and mask losses, and their gradients, are what the papers say (${name})`, () => {
  const [classes, regression, prototypes] = shapes;
  assertMeansTheSame(tf, {
    name: 'class loss',
    shapes: [classes],
    compute: (logits) => computed(headOf(logits, tf.zeros([...regression]), tf.zeros([...prototypes]))).classes,
    reference: (logits) => [classReference(logits)],
  });
  assertMeansTheSame(tf, {
    name: 'box loss',
    shapes: [regression],
    compute: (values) => computed(headOf(tf.zeros([...classes]), values, tf.zeros([...prototypes]))).box,
    reference: (values) => [boxReference(values)],
  });
  assertMeansTheSame(tf, {
    name: 'mask loss',
    shapes: [regression, prototypes],
    compute: (values, maps) => computed(headOf(tf.zeros([...classes]), values, maps)).mask,
    reference: (values, maps) => [maskReference(values, maps)],
  });
});

const PERFECT = 1e-5;

test('a perfect prediction has no box loss, and next to no class and mask loss', () => {
  const sure = (target: number) => (target > 0.5 ? 30 : -30);
  const inverse = (distance: number) => Math.log(Math.expm1(distance));
  const regression = new Float32Array(BATCH * ANCHORS * (4 + PROTOTYPES));
  targets.positiveRows.forEach((row, p) => {
    const [x, y, stride] = targets.anchors.subarray(3 * p);
    const [x1, y1, x2, y2] = targets.boxes.subarray(4 * p);
    const distances = [x - x1, y - y1, x2 - x, y2 - y].map((px) => inverse(px / stride));
    regression.set([...distances, 1, 0], row * (4 + PROTOTYPES));
  });
  const hard = { ...targets, classes: targets.classes.map(Math.round), cellTargets: targets.cellTargets.map(Math.round) };
  const prototypes = new Float32Array(BATCH * 4 * PROTOTYPES);
  hard.cellRows.forEach((cell, n) => {
    prototypes[cell * PROTOTYPES] = sure(hard.cellTargets[n]);
  });
  const head = headOf(
    tf.tensor([...hard.classes].map(sure), [...shapes[0]]),
    tf.tensor2d(regression, [...shapes[1]]),
    tf.tensor2d(prototypes, [...shapes[2]]),
  );
  const parts = computed(head, hard);
  assertClose(
    [parts.classes, parts.box, parts.mask].map((part) => 1 + part.dataSync()[0]),
    [1, 1, 1],
    PERFECT,
    'perfect losses, plus 1,',
  );
});

test('without a positive only the class loss is left', () => {
  const none = new Float32Array();
  const empty: Targets = {
    ...targets,
    positiveRows: new Int32Array(),
    cellPositives: new Int32Array(),
    cellRows: new Int32Array(),
    boxes: none,
    anchors: none,
    boxWeights: none,
    cellTargets: none,
    cellWeights: none,
  };
  const [classes, regression, prototypes] = shapes;
  const parts = computed(headOf(tf.ones([...classes]), tf.ones([...regression]), tf.ones([...prototypes])), empty);
  assert.deepEqual([parts.box.dataSync()[0], parts.mask.dataSync()[0]], [0, 0]);
  assert.ok(parts.classes.dataSync()[0] > 0);
});
