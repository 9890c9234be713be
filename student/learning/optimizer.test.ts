import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterSlot } from '../graph/parameters.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { freshVectors, Optimizer, type OptimizerRule, type OptimizerSettings, type OptimizerVectors } from './optimizer.ts';

const TOLERANCE = 1e-5;
const LEARNING_RATE = 0.1;
const settingsOf = (optimizer: OptimizerRule): OptimizerSettings => ({ optimizer, weightDecay: 0.05, clipNorm: 2, emaDecay: 0.15 });
const ADAMW: OptimizerRule = { kind: 'adamw' };
const SGD: OptimizerRule = { kind: 'sgd', momentum: 0.9 };
const start = [0.5, -1.25, 2, 0, -0.1, 3];
const decays = [1, 1, 0, 0, 0, 0];
/** Two parameters, neither of them a multiple of four long: the first decays. */
const slots: readonly ParameterSlot[] = [
  { name: 'kernel', shape: [2], length: 2, decays: true },
  { name: 'bias', shape: [4], length: 4, decays: false },
];
const inParts = (values: readonly number[]): Float32Array[] => [Float32Array.from(values.slice(0, 2)), Float32Array.from(values.slice(2))];
/** The second is clipped; the third is 0 where the moments are not. */
const gradients = [
  [1, -0.5, 0.25, 1e-3, 0.5, -0.1],
  [30, -40, 0, 0, 5, 0.1],
  [0, 0, 0, 0, 0, 0],
  [-1, 1, 1, -1e-3, 0.2, 0.3],
  [0.1, 0.2, -0.3, 0.4, 0, -0.6],
];

const references = [
  { rule: ADAMW, name: 'AdamW', reference: adamW },
  { rule: SGD, name: "SGD with Nesterov's momentum", reference: sgd },
];

for (const { rule, name, reference } of references) {
  test(`five steps are those of ${name}, clipped, decayed where they should, and averaged`, () => {
    const optimizer = new Optimizer(settingsOf(rule), slots, fromStart(rule));
    apply(optimizer, 0, gradients.length);
    const actual = optimizer.vectors();
    const expected = reference(settingsOf(rule));
    for (const vector of ['weights', 'average', 'firstMoment', 'secondMoment'] as const)
      assertClose([...actual[vector]], expected[vector], TOLERANCE, vector);
  });

  test(`${name} made again from its vectors goes on bit for bit`, () => {
    const make = (vectors: OptimizerVectors) => new Optimizer(settingsOf(rule), slots, vectors);
    const whole = make(fromStart(rule));
    apply(whole, 0, 5);
    const half = make(fromStart(rule));
    apply(half, 0, 2);
    const rest = make(half.vectors());
    apply(rest, 2, 5);
    assert.deepEqual(rest.vectors(), whole.vectors());
  });
}

test('gradients that are added are averaged; forgotten ones leave no trace', () => {
  const make = () => new Optimizer(settingsOf(ADAMW), slots, fromStart(ADAMW));
  const [atOnce, inTwo] = [make(), make()];
  atOnce.add(inParts([1, 2, 3, 4, 5, 6]));
  inTwo.add(inParts([9, 9, 9, 9, 9, 9]));
  inTwo.forget();
  inTwo.add(inParts([2, 0, 6, 0, 10, 0]));
  inTwo.add(inParts([0, 4, 0, 8, 0, 12]));
  assert.ok(Math.abs(inTwo.gradientNorm() - Math.hypot(1, 2, 3, 4, 5, 6)) < TOLERANCE);
  for (const optimizer of [atOnce, inTwo]) optimizer.apply(0, LEARNING_RATE, optimizer.gradientNorm());
  assert.deepEqual(inTwo.vectors(), atOnce.vectors());
});

test('a gradient that is not finite has no finite norm', () => {
  const optimizer = new Optimizer(settingsOf(SGD), slots, fromStart(SGD));
  optimizer.add(inParts([0, 0, Number.NaN, 0, 0, 0]));
  assert.ok(Number.isNaN(optimizer.gradientNorm()));
});

test("a parameter's weights are what the steps made of them", () => {
  const optimizer = new Optimizer(settingsOf(ADAMW), slots, fromStart(ADAMW));
  apply(optimizer, 0, 2);
  const { weights } = optimizer.vectors();
  assert.deepEqual([...optimizer.weights(0), ...optimizer.weights(1)], [...weights]);
});

/** Steps `from` to `to` (exclusive), at a rate that goes down. */
function apply(optimizer: Optimizer, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    optimizer.add(inParts(gradients[step]));
    optimizer.apply(step, LEARNING_RATE / (step + 1), optimizer.gradientNorm());
  }
}

const fromStart = (rule: OptimizerRule): OptimizerVectors => freshVectors(Float32Array.from(start), rule);

type Reference = Record<keyof OptimizerVectors, number[]>;

/** One number at a time: what `move` makes of a weight and its moments, and the average of the weights. */
function walked(
  { weightDecay, clipNorm, emaDecay }: OptimizerSettings,
  vectors: Reference,
  move: (at: number, gradient: number, decay: number, step: number, rate: number) => void,
): Reference {
  gradients.forEach((gradient, step) => {
    const clip = Math.min(1, clipNorm / Math.hypot(...gradient));
    const kept = Math.min(emaDecay, (1 + step) / (10 + step));
    gradient.forEach((value, at) => {
      move(at, value * clip, weightDecay * decays[at], step, LEARNING_RATE / (step + 1));
      vectors.average[at] = kept * vectors.average[at] + (1 - kept) * vectors.weights[at];
    });
  });
  return vectors;
}

/** Loshchilov and Hutter, "Decoupled Weight Decay Regularization", algorithm 2. */
function adamW(settings: OptimizerSettings): Reference {
  const zeros = () => start.map(() => 0);
  const vectors: Reference = { weights: [...start], average: [...start], firstMoment: zeros(), secondMoment: zeros() };
  const { weights, firstMoment, secondMoment } = vectors;
  return walked(settings, vectors, (at, g, decay, step, rate) => {
    firstMoment[at] = 0.9 * firstMoment[at] + 0.1 * g;
    secondMoment[at] = 0.999 * secondMoment[at] + 0.001 * g * g;
    const direction = firstMoment[at] / (1 - 0.9 ** (step + 1)) / (Math.sqrt(secondMoment[at] / (1 - 0.999 ** (step + 1))) + 1e-8);
    weights[at] -= rate * (direction + decay * weights[at]);
  });
}

/** Momentum as PyTorch's SGD documents it, `nesterov=True`. */
function sgd(settings: OptimizerSettings): Reference {
  const vectors: Reference = { weights: [...start], average: [...start], firstMoment: start.map(() => 0), secondMoment: [] };
  const { weights, firstMoment } = vectors;
  return walked(settings, vectors, (at, g, decay, _step, rate) => {
    const decayed = g + decay * weights[at];
    firstMoment[at] = 0.9 * firstMoment[at] + decayed;
    weights[at] -= rate * (decayed + 0.9 * firstMoment[at]);
  });
}
