import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { type ClassTargets, classLoss } from './class-loss.ts';
import { assertGradient, crossEntropy, VALUE_TOLERANCE } from './gradients.contract.ts';

function reference(logits: readonly number[], { anchorWeights, places, scores }: ClassTargets): number {
  const classCount = logits.length / anchorWeights.length;
  const wanted = new Map([...places].map((place, index) => [place, scores[index]]));
  return logits.reduce((sum, x, at) => sum + anchorWeights[Math.floor(at / classCount)] * crossEntropy(x, wanted.get(at) ?? 0), 0);
}

const weights = fc.constantFrom(0, 0.25, 1, 1, 1);
const logit = fc.oneof(fc.float({ min: -8, max: 8, noNaN: true }), fc.constantFrom(0, -30, 30));
const cases = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 12 })).chain(([classCount, anchors]) =>
  fc.record({
    logits: fc.array(logit, { minLength: anchors * classCount, maxLength: anchors * classCount }),
    anchorWeights: fc.array(weights, { minLength: anchors, maxLength: anchors }),
    positives: fc.uniqueArray(fc.tuple(fc.nat(anchors * classCount - 1), fc.double({ min: 0, max: 1, noNaN: true })), {
      selector: ([place]) => place,
      maxLength: 4,
    }),
  }),
);

test('property: the weighted cross-entropy of soft targets and its gradient, for any number of classes and any runs of weights', () => {
  fc.assert(
    fc.property(cases, ({ logits, anchorWeights, positives }) => {
      const targets: ClassTargets = {
        anchorWeights: Float32Array.from(anchorWeights),
        places: Int32Array.from(positives.map(([place]) => place)),
        scores: Float64Array.from(positives.map(([, score]) => score)),
      };
      const values = Float32Array.from(logits);
      const gradient = new Float32Array(values.length);
      const loss = classLoss(values, targets, 0.5, gradient);
      const expected = reference([...values], targets);
      // The loss of a logit that agrees with its target is a small difference of larger numbers: those decide what is close.
      const terms = reference([...values], { ...targets, places: new Int32Array(), scores: new Float64Array() });
      assertClose([loss, terms], [expected, terms], VALUE_TOLERANCE, 'class loss');
      assertGradient(gradient, values, (moved) => 0.5 * reference(moved, targets), 'class loss');
    }),
    { numRuns: 200 },
  );
});

test('an image larger than the kernel takes at once is learned as the sum of its anchors', () => {
  const [anchors, classCount] = [1500, 3];
  const logits = Float32Array.from({ length: anchors * classCount }, (_, at) => Math.sin(at) * 5 - 3);
  const anchorWeights = Float32Array.from({ length: anchors }, (_, at) => (at % 700 < 650 ? 1 : 0.5));
  const targets: ClassTargets = { anchorWeights, places: Int32Array.of(0, 2047, 4499), scores: Float64Array.of(0.5, 1, 0.25) };
  const gradient = new Float32Array(logits.length);
  assertClose([classLoss(logits, targets, 1, gradient)], [reference([...logits], targets)], VALUE_TOLERANCE, 'class loss');
  const expected = [...logits].map((x, at) => {
    const score = targets.scores[targets.places.indexOf(at)] ?? 0;
    return anchorWeights[Math.floor(at / classCount)] * (1 / (1 + Math.exp(-x)) - score);
  });
  assertClose([...gradient], expected, VALUE_TOLERANCE, 'gradient');
});

for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a logit that is ${bad} is seen in the loss, wherever it is`, () => {
    for (let at = 0; at < 9; at++) {
      const logits = new Float32Array(9).fill(-1).fill(bad, at, at + 1);
      const targets: ClassTargets = { anchorWeights: new Float32Array(9).fill(1), places: new Int32Array(), scores: new Float64Array() };
      assert.ok(!Number.isFinite(classLoss(logits, targets, 1, new Float32Array(9))), `at ${at}`);
    }
  });
}
