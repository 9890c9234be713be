import type * as Tf from '@tensorflow/tfjs-core';
import type { Kernels } from './kernels/kernels.ts';
import { withGradient } from './kernels/with-gradient.ts';
import type { Targets } from './targets.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Loss parts as scalars. Shape letters: B batch, A anchors, K classes, M prototypes, h w their grid, P positives, N mask cells. */
export interface LossParts {
  readonly classes: Tf.Scalar;
  readonly box: Tf.Scalar;
  readonly mask: Tf.Scalar;
}

/** What the student's head gave, flat. */
export interface HeadOutputs {
  /** [B, A, K] */
  readonly classLogits: Tf.Tensor3D;
  /** [B*A, 4+M]: four distances before softplus, then mask coefficients. */
  readonly regression: Tf.Tensor2D;
  /** [B*h*w, M] */
  readonly prototypes: Tf.Tensor2D;
}

/** The three losses of a batch, each normalised over it. */
export function losses(tf: TensorFlow, kernels: Kernels, head: HeadOutputs, targets: Targets): LossParts {
  const [batch, anchors, classes] = head.classLogits.shape;
  const classTargets = tf.tensor3d(targets.classes, [batch, anchors, classes]);
  const weights = tf.tensor3d(targets.anchorWeights, [batch, anchors, 1]);
  const classLoss = tf.div(binaryCrossEntropy(tf, head.classLogits, classTargets, weights), targets.normalizer) as Tf.Scalar;
  if (targets.positiveRows.length === 0) return { classes: classLoss, box: tf.scalar(0), mask: tf.scalar(0) };
  const positives = kernels.gatherRows(head.regression, tf.tensor1d(targets.positiveRows, 'int32')); // [P, 4+M]
  return { classes: classLoss, box: boxLoss(tf, positives, targets), mask: maskLoss(tf, kernels, positives, head.prototypes, targets) };
}

/** Sum of weighted binary cross-entropies of logits; targets and weights get no gradient. */
function binaryCrossEntropy(tf: TensorFlow, logits: Tf.Tensor, targets: Tf.Tensor, weights: Tf.Tensor): Tf.Scalar {
  const compute = withGradient<[Tf.Tensor]>(tf, ([x], save) => {
    // Tensors made inside a differentiated function are gone before its gradient runs, unless they are saved.
    save([x, targets, weights]);
    const value = tf.sum(tf.mul(tf.sub(tf.softplus(x), tf.mul(x, targets)), weights));
    const gradient = (dy: Tf.Tensor, [x, targets, weights]: readonly Tf.Tensor[]) => [
      tf.mul(tf.mul(tf.sub(tf.sigmoid(x as Tf.Tensor), targets as Tf.Tensor), weights as Tf.Tensor), dy),
    ];
    return { value, gradient };
  });
  return compute(logits) as Tf.Scalar;
}

/** Generalised IoU loss (Rezatofighi et al., CVPR 2019) of the positives, weighted by their class targets. */
function boxLoss(tf: TensorFlow, positives: Tf.Tensor2D, targets: Targets): Tf.Scalar {
  const count = targets.positiveRows.length;
  const anchors = tf.tensor2d(targets.anchors, [count, 3]);
  const center = tf.slice(anchors, [0, 0], [count, 2]);
  const stride = tf.slice(anchors, [0, 2], [count, 1]);
  const wanted = tf.tensor2d(targets.boxes, [count, 4]);
  const [wantedFirst, wantedSecond] = tf.split(wanted, 2, 1) as [Tf.Tensor2D, Tf.Tensor2D];
  const distances = tf.mul(tf.softplus(tf.slice(positives, [0, 0], [count, 4])), stride);
  const [toFirst, toSecond] = tf.split(distances, 2, 1) as [Tf.Tensor2D, Tf.Tensor2D];
  const first = tf.sub(center, toFirst);
  const second = tf.add(center, toSecond);
  const area = (extent: Tf.Tensor) => tf.prod(extent, 1);
  const overlap = area(tf.relu(tf.sub(tf.minimum(second, wantedSecond), tf.maximum(first, wantedFirst))));
  const union = tf.add(tf.sub(tf.add(area(tf.sub(second, first)), area(tf.sub(wantedSecond, wantedFirst))), overlap), 1e-6);
  const hull = tf.add(area(tf.sub(tf.maximum(second, wantedSecond), tf.minimum(first, wantedFirst))), 1e-6);
  const giou = tf.sub(tf.div(overlap, union), tf.div(tf.sub(hull, union), hull));
  return tf.div(tf.sum(tf.mul(tf.sub(1, giou), tf.tensor1d(targets.boxWeights))), targets.normalizer) as Tf.Scalar;
}

/** Cross-entropy of the masks inside their objects' boxes, at prototype resolution: each positive weighs the same, whatever its area. */
function maskLoss(tf: TensorFlow, kernels: Kernels, positives: Tf.Tensor2D, prototypes: Tf.Tensor2D, targets: Targets): Tf.Scalar {
  const [count, width] = positives.shape;
  const coefficients = tf.slice(positives, [0, 4], [count, width - 4]);
  const ofCells = kernels.gatherRows(coefficients, tf.tensor1d(targets.cellPositives, 'int32')); // [N, M]
  const cells = kernels.gatherRows(prototypes, tf.tensor1d(targets.cellRows, 'int32')); // [N, M]
  const logits = tf.sum(tf.mul(ofCells, cells), 1); // [N]
  return binaryCrossEntropy(tf, logits, tf.tensor1d(targets.cellTargets), tf.tensor1d(targets.cellWeights));
}
