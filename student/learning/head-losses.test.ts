import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classIndex, type LabelSource, type Sample, type SampleInstance, stream } from '../../core/index.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { anchorsOf } from './anchors.ts';
import { crossEntropy, VALUE_TOLERANCE } from './gradients.contract.ts';
import { type HeadLosses, type HeadValues, headLosses, type LossNumbers, type LossWeights } from './head-losses.ts';
import type { TargetGrid } from './targets.ts';

const [CLASSES, BINS, CHANNELS] = [3, 16, 4];
const grid: TargetGrid = {
  anchors: anchorsOf({ inputSize: 32, strides: { levels: [4, 8, 16], prototype: 2 } }),
  classCount: CLASSES,
  prototypeCells: 16,
};
const ANCHORS = grid.anchors.count;
const weights: LossWeights = { box: 7.5, dfl: 1.5, mask: 2, parts: { labeled: 0.75, pseudo: 0.25 } };

/** A head's random values; the same for the same pictures. */
function headOf(...pictures: readonly string[]): HeadValues {
  const numbers = (what: string, length: number) =>
    Float32Array.from(
      pictures.flatMap((picture) => {
        const rng = stream(5, picture, what);
        return Array.from({ length }, () => rng.uniform(-2, 2));
      }),
    );
  return {
    classLogits: numbers('classes', ANCHORS * CLASSES),
    boxLogits: numbers('boxes', ANCHORS * 4 * BINS),
    bins: BINS,
    coefficients: numbers('coefficients', ANCHORS * CHANNELS),
    prototypes: numbers('prototypes', 16 * 16 * CHANNELS),
    channels: CHANNELS,
  };
}

function instance(x: number, y: number, source: LabelSource = { by: 'human' }): SampleInstance {
  const cells = { x1: x, y1: y, x2: x + 5, y2: y + 4 };
  const box = { x1: 2 * cells.x1, y1: 2 * cells.y1, x2: 2 * cells.x2, y2: 2 * cells.y2 };
  return { classIndex: classIndex(1), box, source, grid: cells, coverage: new Uint8Array(20).fill(255) };
}

const picture = (from: Sample['stream'], ...instances: readonly SampleInstance[]): Sample => ({
  image: { size: { width: 32, height: 32 }, data: new Uint8Array() },
  instances,
  ignored: [],
  stream: from,
});

const labeled = picture('labeled', instance(1, 1), instance(8, 9));
const pseudo = picture('pseudo', instance(3, 3, { by: 'teacher', weight: 0.5 }), instance(10, 10));

const RATIO_TOLERANCE = 1e-4;
const totalOf = ({ classes, box, dfl, mask }: LossNumbers): number => classes + weights.box * box + weights.dfl * dfl + weights.mask * mask;
const valuesOf = (losses: LossNumbers): number[] => [losses.classes, losses.box, losses.dfl, losses.mask];
const concat = ({ gradient }: HeadLosses): number[] => [
  ...gradient.classLogits,
  ...gradient.boxLogits,
  ...gradient.coefficients,
  ...gradient.prototypes,
];

test('labeled and pseudo-labeled pictures are normalised apart: each part is what it is alone', () => {
  const both = headLosses(grid, headOf('a', 'b'), [labeled, pseudo], weights, 0);
  const first = headLosses(grid, headOf('a'), [labeled], weights, 0);
  const second = headLosses(grid, headOf('b'), [pseudo], weights, 0);
  assert.deepEqual(first.report.pseudo, null);
  assert.deepEqual(second.report.labeled, null);
  assert.deepEqual(both.report, { labeled: first.report.labeled, pseudo: second.report.pseudo });
  const totals = [weights.parts.labeled * totalOf(first.report.labeled!), weights.parts.pseudo * totalOf(second.report.pseudo!)];
  assertClose([first.total, second.total], totals, VALUE_TOLERANCE, 'totals');
  assertClose([both.total], [first.total + second.total], VALUE_TOLERANCE, 'total');
  const half = (array: Float32Array, image: number) => [...array.subarray((image * array.length) / 2, ((image + 1) * array.length) / 2)];
  assertClose(half(both.gradient.boxLogits, 0), [...first.gradient.boxLogits], VALUE_TOLERANCE, 'labeled gradient');
  assertClose(half(both.gradient.prototypes, 1), [...second.gradient.prototypes], VALUE_TOLERANCE, 'pseudo gradient');
});

test('a label of half the weight teaches half as much, and the background as much as before', () => {
  const weighing = (weight: number): Sample => ({
    ...pseudo,
    instances: pseudo.instances.map((instance) => ({ ...instance, source: { by: 'teacher', weight } })),
  });
  const [whole, half] = [1, 0.5].map((weight) => headLosses(grid, headOf('b'), [weighing(weight)], weights, 0));
  const halved = (values: Float32Array) => [...values].map((value) => value / 2);
  for (const part of ['boxLogits', 'coefficients', 'prototypes'] as const)
    assertClose([...half.gradient[part]], halved(whole.gradient[part]), VALUE_TOLERANCE, part);
  const ratios = [...half.gradient.classLogits].map((slope, at) => slope / whole.gradient.classLogits[at]);
  const positives = ratios.filter((ratio) => Math.abs(ratio - 0.5) < RATIO_TOLERANCE).length;
  const background = ratios.filter((ratio) => Math.abs(ratio - 1) < RATIO_TOLERANCE).length;
  assert.ok(positives > 0 && background > positives && positives + background === ratios.length, `${positives}, ${background}`);
});

test('two pictures of one part are one sum: twice the same is the same losses', () => {
  // Enough objects that the normalizer is above 1.
  const crowd = picture('labeled', ...[0, 3, 6, 9].flatMap((x) => [0, 4, 8, 12].map((y) => instance(x, y))));
  const once = headLosses(grid, headOf('a'), [crowd], weights, 0);
  const twice = headLosses(grid, headOf('a', 'a'), [crowd, crowd], weights, 0);
  assertClose(valuesOf(twice.report.labeled!), valuesOf(once.report.labeled!), VALUE_TOLERANCE, 'losses');
});

test('a part without weight is reported, and teaches nothing', () => {
  const silent = { ...weights, parts: { labeled: 1, pseudo: 0 } };
  const both = headLosses(grid, headOf('a', 'b'), [labeled, pseudo], silent, 0);
  const alone = headLosses(grid, headOf('a'), [labeled], silent, 0);
  assert.equal(both.total, alone.total);
  assert.ok(both.report.pseudo!.classes > 0);
  assert.ok(both.gradient.classLogits.subarray(ANCHORS * CLASSES).every((slope) => slope === 0));
  const only = headLosses(grid, headOf('b'), [pseudo], silent, 0);
  assert.ok(only.total === 0 && concat(only).every((slope) => slope === 0));
});

test('a picture without an object has a class loss only, over 1', () => {
  const head = headOf('a');
  const { report, gradient } = headLosses(grid, head, [picture('labeled')], weights, 0);
  const expected = [...head.classLogits].reduce((sum, logit) => sum + crossEntropy(logit, 0), 0);
  assertClose(valuesOf(report.labeled!), [expected, 0, 0, 0], VALUE_TOLERANCE, 'losses');
  assert.ok([gradient.boxLogits, gradient.coefficients, gradient.prototypes].every((slopes) => slopes.every((slope) => slope === 0)));
});

test('a small move against the gradient lowers the total by what the gradient says', () => {
  const head = headOf('a', 'b');
  const before = headLosses(grid, head, [labeled, pseudo], weights, 0);
  // Prototypes and coefficients do not move the assignment.
  const step = 1e-3;
  const moved = (values: Float32Array, slopes: Float32Array) => values.map((value, at) => value - step * slopes[at]);
  const { coefficients, prototypes } = before.gradient;
  const after = headLosses(
    grid,
    { ...head, coefficients: moved(head.coefficients, coefficients), prototypes: moved(head.prototypes, prototypes) },
    [labeled, pseudo],
    weights,
    0,
  );
  const expected = step * [...coefficients, ...prototypes].reduce((sum, slope) => sum + slope * slope, 0);
  assertClose([(before.total - after.total) / expected], [1], STEP_TOLERANCE, 'gain');
});

/** Of a step's gain against what its gradient says: the curvature of the loss, and the rounding of two totals. */
const STEP_TOLERANCE = 0.01;

for (const part of ['classLogits', 'boxLogits', 'coefficients', 'prototypes'] as const) {
  test(`a head whose ${part} are not numbers has no finite total, whatever their part weighs`, () => {
    for (const share of [0.5, 0]) {
      const head = { ...headOf('b'), [part]: headOf('b')[part].fill(Number.NaN) };
      assert.ok(Number.isNaN(headLosses(grid, head, [pseudo], { ...weights, parts: { labeled: 1, pseudo: share } }, 0).total));
    }
  });
}

test('the same head and pictures give the same bytes', () => {
  const [once, again] = [1, 2].map(() => headLosses(grid, headOf('a', 'b'), [labeled, pseudo], weights, 3));
  assert.deepEqual(again, once);
});
