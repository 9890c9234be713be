import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boxIou } from '../../core/index.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { type BoxTargets, boxLoss } from './box-loss.ts';
import { completeIouLoss } from './complete-iou.ts';
import { assertGradient, VALUE_TOLERANCE } from './gradients.contract.ts';

/** Distances left, top, right, bottom as a box around the anchor at 0, 0. */
const boxOf = ([left, top, right, bottom]: readonly number[]) => ({ x1: -left, y1: -top, x2: right, y2: bottom });

/** The paper's terms, from corners. */
function termsOf(predicted: readonly number[], wanted: readonly number[]) {
  const [a, b] = [boxOf(predicted), boxOf(wanted)];
  const iou = boxIou(a, b);
  const diagonal = (Math.max(a.x2, b.x2) - Math.min(a.x1, b.x1)) ** 2 + (Math.max(a.y2, b.y2) - Math.min(a.y1, b.y1)) ** 2;
  const apart = ((a.x1 + a.x2 - b.x1 - b.x2) / 2) ** 2 + ((a.y1 + a.y2 - b.y1 - b.y2) / 2) ** 2;
  const angle = Math.atan((b.x2 - b.x1) / (b.y2 - b.y1)) - Math.atan((a.x2 - a.x1) / (a.y2 - a.y1));
  const aspect = (4 / Math.PI ** 2) * angle ** 2;
  return { iou, centers: apart / diagonal, aspect, alpha: aspect === 0 ? 0 : aspect / (1 - iou + aspect) };
}

/** With alpha of another place, where it is not differentiated. */
function ciou(predicted: readonly number[], wanted: readonly number[], alpha = termsOf(predicted, wanted).alpha): number {
  const { iou, centers, aspect } = termsOf(predicted, wanted);
  return 1 - iou + centers + alpha * aspect;
}

/** Not equal to each other nor next to it, where the loss has a kink. */
const KINK = 1e-3;
const distance = fc.double({ min: 0.05, max: 12, noNaN: true });
const sides = fc.tuple(distance, distance, distance, distance);
const wantedSides = fc
  .tuple(fc.double({ min: -2, max: 12, noNaN: true }), distance, distance, distance)
  .map(([left, top, right, bottom]): [number, number, number, number] => [left, top, Math.max(right, 0.5 - left), bottom]);

test('property: the complete-IoU loss and its gradient are what the paper says', () => {
  fc.assert(
    fc.property(sides, wantedSides, (predicted, wanted) => {
      fc.pre(predicted.every((value, side) => Math.abs(value - wanted[side]) > KINK));
      fc.pre(Math.abs(predicted[2] + wanted[0]) > KINK && Math.abs(predicted[0] + wanted[2]) > KINK);
      const slopes = new Float64Array(4);
      const loss = completeIouLoss(Float64Array.from(predicted), Float64Array.from(wanted), slopes);
      assertClose([loss], [ciou(predicted, wanted)], VALUE_TOLERANCE, 'complete IoU');
      const { alpha } = termsOf(predicted, wanted);
      assertGradient(slopes, predicted, (moved) => ciou(moved, wanted, alpha), 'complete IoU');
    }),
    { numRuns: 300 },
  );
});

/** A side's distribution: its mean, and the cross-entropy with the two bins around `wanted`. */
function distributionOf(logits: readonly number[], wanted: number) {
  const sum = logits.reduce((total, x) => total + Math.exp(x), 0);
  const mean = logits.reduce((total, x, bin) => total + (bin * Math.exp(x)) / sum, 0);
  const place = Math.min(Math.max(wanted, 0), logits.length - 1.01);
  const lower = Math.floor(place);
  const entropy = (bin: number) => Math.log(sum) - logits[bin];
  return { mean, dfl: (lower + 1 - place) * entropy(lower) + (place - lower) * entropy(lower + 1) };
}

/** Both losses of positives, in double precision, from all logits. Alphas as at `frozen`. */
function reference(logits: readonly number[], bins: number, { anchors, distances, weights }: BoxTargets, frozen = logits) {
  const losses = { box: 0, dfl: 0 };
  anchors.forEach((anchor, positive) => {
    const wanted = [...distances.subarray(positive * 4, positive * 4 + 4)];
    const sidesOf = (values: readonly number[]) =>
      wanted.map((place, side) => distributionOf(values.slice((anchor * 4 + side) * bins, (anchor * 4 + side + 1) * bins), place));
    const means = (values: readonly number[]) => sidesOf(values).map(({ mean }) => mean);
    losses.box += weights[positive] * ciou(means(logits), wanted, termsOf(means(frozen), wanted).alpha);
    losses.dfl += (weights[positive] / 4) * sidesOf(logits).reduce((sum, { dfl }) => sum + dfl, 0);
  });
  return losses;
}

/** Where the predicted distance is next to the one wanted. */
function isKink(logits: readonly number[], bins: number, anchor: number, side: number, wanted: number): boolean {
  const { mean } = distributionOf(logits.slice((anchor * 4 + side) * bins, (anchor * 4 + side + 1) * bins), wanted);
  return Math.abs(mean - wanted) <= KINK;
}

const logit = fc.float({ min: -4, max: 4, noNaN: true });
for (const bins of [16, 8, 6]) {
  test(`property: both losses of ${bins} bins, and their gradients in the logits`, () => {
    const inputs = fc.record({
      logits: fc.array(logit, { minLength: 3 * 4 * bins, maxLength: 3 * 4 * bins }),
      wanted: fc.tuple(wantedSides, wantedSides),
      weight: fc.double({ min: 0.1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(inputs, ({ logits, wanted, weight }) => {
        const values = Float32Array.from(logits);
        fc.pre(wanted.every((sides, positive) => sides.every((place, side) => !isKink(logits, bins, 2 - 2 * positive, side, place))));
        const targets: BoxTargets = {
          anchors: Int32Array.of(2, 0),
          distances: Float64Array.from(wanted.flat()),
          weights: Float64Array.of(1, weight),
        };
        const gradient = new Float32Array(values.length);
        const losses = boxLoss(values, bins, targets, { box: 2, dfl: 0.5 }, gradient);
        const expected = reference([...values], bins, targets);
        assertClose([losses.box, losses.dfl], [expected.box, expected.dfl], VALUE_TOLERANCE, 'losses');
        const total = (moved: readonly number[]) => {
          const { box, dfl } = reference(moved, bins, targets, [...values]);
          return 2 * box + 0.5 * dfl;
        };
        assertGradient(gradient, values, total, 'box losses');
      }),
      { numRuns: 15 },
    );
  });
}

const one = (distances: readonly number[]): BoxTargets => ({
  anchors: Int32Array.of(0),
  distances: Float64Array.from(distances),
  weights: Float64Array.of(1),
});

test('a sure and right prediction has no loss; one beyond the last bin, or behind its anchor, has a finite one', () => {
  const bins = 16;
  const sure = Float32Array.from({ length: 4 * bins }, (_, at) => (at % bins === 3 ? 60 : 0));
  const perfect = boxLoss(sure, bins, one([3, 3, 3, 3]), { box: 1, dfl: 1 }, new Float32Array(sure.length));
  assertClose([1 + perfect.box, 1 + perfect.dfl], [1, 1], VALUE_TOLERANCE, 'perfect losses, plus 1,');
  const far = boxLoss(sure, bins, one([40, -2, 40, 60]), { box: 1, dfl: 1 }, new Float32Array(sure.length));
  assert.ok(Number.isFinite(far.box) && far.box > 0 && far.dfl > 30);
});

test('a box of no extent has a finite gradient that widens it', () => {
  const logits = Float32Array.from({ length: 64 }, (_, at) => (at % 16 === 0 ? 100 : 0));
  const gradient = new Float32Array(64);
  boxLoss(logits, 16, one([3, 2, 3, 2]), { box: 1, dfl: 1 }, gradient);
  assert.ok(gradient.every(Number.isFinite));
  assert.ok(gradient[3] < 0 && gradient[16 + 2] < 0);
});

test('a logit that is NaN is seen in both losses', () => {
  for (const at of [0, 5, 63]) {
    const losses = boxLoss(
      new Float32Array(64).fill(Number.NaN, at, at + 1),
      16,
      one([3, 2, 3, 2]),
      { box: 1, dfl: 1 },
      new Float32Array(64),
    );
    assert.deepEqual(losses, { box: Number.NaN, dfl: Number.NaN });
  }
});
