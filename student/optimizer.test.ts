import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBackend } from './backend.ts';
import { assertClose } from './kernels/derivatives.contract.ts';
import { FlatAdamW, learningRateFactor, type OptimizerSettings, type OptimizerVectors } from './optimizer.ts';

const { tf } = await loadBackend('auto', 1);

const ADAM_TOLERANCE = 1e-5;
const settings: OptimizerSettings = { learningRate: 0.1, weightDecay: 0.05, clipNorm: 2, emaDecay: 0.15 };
const start = [0.5, -1.25, 2, 0];
const decays = [1, 1, 0, 0];
/** The second is clipped; the third is 0 where the moments are not. */
const gradients = [
  [1, -0.5, 0.25, 1e-3],
  [30, -40, 0, 0],
  [0, 0, 0, 0],
  [-1, 1, 1, -1e-3],
  [0.1, 0.2, -0.3, 0.4],
];

test('five steps are those of AdamW, clipped, decayed where they should, and averaged', () => {
  const vectors = fromStart();
  const optimizer = new FlatAdamW(tf, settings, vectors, Float32Array.from(decays));
  gradients.forEach((gradient, step) => {
    optimizer.apply(tf.tensor1d(gradient), Math.hypot(...gradient), step, 1 / (step + 1));
  });
  const actual = optimizer.vectors();
  const expected = adamW();
  for (const name of ['weights', 'average', 'firstMoment', 'secondMoment'] as const)
    assertClose([...actual[name]], expected[name], ADAM_TOLERANCE, name);
});

test('an optimizer made again from its vectors goes on bit for bit, and frees what it held', () => {
  const apply = (optimizer: FlatAdamW, from: number, to: number) => {
    for (let step = from; step < to; step++) {
      const gradient = tf.tensor1d(gradients[step]);
      optimizer.apply(gradient, Math.hypot(...gradients[step]), step, 1);
      gradient.dispose();
    }
  };
  const before = tf.memory().numTensors;
  const whole = new FlatAdamW(tf, settings, fromStart(), Float32Array.from(decays));
  apply(whole, 0, 5);
  const half = new FlatAdamW(tf, settings, fromStart(), Float32Array.from(decays));
  apply(half, 0, 2);
  const rest = new FlatAdamW(tf, settings, half.vectors(), Float32Array.from(decays));
  apply(rest, 2, 5);
  assert.deepEqual(rest.vectors(), whole.vectors());
  for (const optimizer of [whole, half, rest]) optimizer.dispose();
  assert.equal(tf.memory().numTensors, before);
});

const factors: readonly [step: number, factor: number, why: string][] = [
  [0, 0.25, 'the first of four warm-up steps'],
  [3, 1, 'the last of them'],
  [4, 1, 'the top of the cosine'],
  [7, 0.505, 'half way down'],
  [10, 0.01, 'the end'],
];
for (const [step, factor, why] of factors)
  test(`learning rate factor at step ${step} of 10: ${why}`, () => {
    assertClose([learningRateFactor(step, 10, 4)], [factor], ADAM_TOLERANCE, 'factor');
  });

test('without warm-up the first step is a whole one, even when it is the only one', () => {
  assert.equal(learningRateFactor(0, 10, 0), 1);
  assert.equal(learningRateFactor(0, 1, 1), 1);
});

function fromStart(): OptimizerVectors {
  const zeros = new Float32Array(start.length);
  return { weights: Float32Array.from(start), average: Float32Array.from(start), firstMoment: zeros, secondMoment: zeros };
}

/** Loshchilov and Hutter, "Decoupled Weight Decay Regularization", algorithm 2, one number at a time. */
function adamW(): Record<keyof OptimizerVectors, number[]> {
  const [weights, average, firstMoment, secondMoment] = [[...start], [...start], start.map(() => 0), start.map(() => 0)];
  gradients.forEach((gradient, step) => {
    const clip = Math.min(1, settings.clipNorm / Math.hypot(...gradient));
    const kept = Math.min(settings.emaDecay, (1 + step) / (10 + step));
    gradient.forEach((value, at) => {
      const g = value * clip;
      firstMoment[at] = 0.9 * firstMoment[at] + 0.1 * g;
      secondMoment[at] = 0.999 * secondMoment[at] + 0.001 * g * g;
      const direction = firstMoment[at] / (1 - 0.9 ** (step + 1)) / (Math.sqrt(secondMoment[at] / (1 - 0.999 ** (step + 1))) + 1e-8);
      weights[at] -= (settings.learningRate / (step + 1)) * (direction + settings.weightDecay * decays[at] * weights[at]);
      average[at] = kept * average[at] + (1 - kept) * weights[at];
    });
  });
  return { weights, average, firstMoment, secondMoment };
}
