import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { assertGradient, crossEntropy, sigmoid, VALUE_TOLERANCE } from './gradients.contract.ts';
import { type MaskTarget, type MaskValues, maskLoss } from './mask-loss.ts';

function lossOf(logits: readonly number[], targets: ArrayLike<number>): number {
  const sumOf = (of: (p: number, t: number) => number) => logits.reduce((sum, x, at) => sum + of(sigmoid(x), targets[at]), 0);
  const entropy = logits.reduce((sum, x, at) => sum + crossEntropy(x, targets[at]), 0) / logits.length;
  const dice = 1 - (2 * sumOf((p, t) => p * t) + 1) / (sumOf((p) => p * p) + sumOf((_, t) => t * t) + 1);
  return (entropy + dice) / 2;
}

function reference(
  coefficients: readonly number[],
  prototypes: readonly number[],
  channels: number,
  targets: readonly MaskTarget[],
): number {
  let loss = 0;
  for (const { cells, anchors, weight } of targets) {
    for (const anchor of anchors) {
      const logits = [...cells.places].map((place) => {
        const prototype = prototypes.slice(place * channels, (place + 1) * channels);
        return prototype.reduce((sum, value, channel) => sum + value * coefficients[anchor * channels + channel], 0);
      });
      loss += weight * lossOf(logits, cells.targets);
    }
  }
  return loss;
}

const [ANCHORS, CELLS] = [4, 9];
const number = fc.float({ min: -2, max: 2, noNaN: true });
const zeros = (channels: number): MaskValues => ({
  coefficients: new Float32Array(ANCHORS * channels),
  prototypes: new Float32Array(CELLS * channels),
});

/** Two objects whose cells overlap; the first has two anchors. */
const targetsOf = (shares: readonly number[]): readonly MaskTarget[] => [
  { cells: { places: Uint32Array.of(0, 1, 2, 4, 5), targets: Float32Array.from(shares.slice(0, 5)) }, anchors: [2, 0], weight: 1 },
  { cells: { places: Uint32Array.of(4, 8), targets: Float32Array.from(shares.slice(5, 7)) }, anchors: [3], weight: 0.25 },
];

for (const channels of [1, 4, 19, 32]) {
  test(`property: the loss of masks from ${channels} prototypes, and its gradients`, () => {
    const inputs = fc.record({
      coefficients: fc.array(number, { minLength: ANCHORS * channels, maxLength: ANCHORS * channels }),
      prototypes: fc.array(number, { minLength: CELLS * channels, maxLength: CELLS * channels }),
      shares: fc.array(fc.constantFrom(0, 1, 0.5), { minLength: 7, maxLength: 7 }),
    });
    fc.assert(
      fc.property(inputs, ({ coefficients, prototypes, shares }) => {
        const values: MaskValues = { coefficients: Float32Array.from(coefficients), prototypes: Float32Array.from(prototypes) };
        const [c, p] = [[...values.coefficients], [...values.prototypes]];
        const targets = targetsOf(shares);
        const gradient = zeros(channels);
        const loss = maskLoss(values, channels, targets, 0.5, gradient);
        assertClose([loss], [reference(c, p, channels, targets)], VALUE_TOLERANCE, 'mask loss');
        assertGradient(gradient.coefficients, c, (moved) => 0.5 * reference(moved, p, channels, targets), 'coefficients');
        assertGradient(gradient.prototypes, p, (moved) => 0.5 * reference(c, moved, channels, targets), 'prototypes');
      }),
      { numRuns: 15 },
    );
  });
}

test('a mask that is right, shares of cells included, has no Dice loss, and a sure one no loss at all', () => {
  const one = (share: number): MaskTarget[] => [
    { cells: { places: Uint32Array.of(0, 1), targets: Float32Array.of(share, share) }, anchors: [0], weight: 1 },
  ];
  const at = (logit: number): MaskValues => ({ coefficients: Float32Array.of(1), prototypes: Float32Array.of(logit, logit) });
  const loss = (logit: number, share: number) => maskLoss(at(logit), 1, one(share), 1, at(0));
  assertClose([1 + loss(40, 1), 1 + loss(-40, 0)], [1, 1], VALUE_TOLERANCE, 'losses, plus 1,');
  assertClose([loss(0, 0.5)], [Math.LN2 / 2], VALUE_TOLERANCE, 'the entropy that is left');
});

test('a number that is NaN is seen in the loss', () => {
  const values = zeros(4);
  values.prototypes[4 * 4 + 1] = Number.NaN;
  assert.ok(Number.isNaN(maskLoss(values, 4, targetsOf([1, 1, 0, 0, 0, 1, 0]), 1, zeros(4))));
});

test('without an object there is no loss and no gradient', () => {
  const gradient = zeros(4);
  assert.equal(maskLoss(zeros(4), 4, [], 1, gradient), 0);
  assert.deepEqual(gradient, zeros(4));
});
