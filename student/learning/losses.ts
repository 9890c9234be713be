import type * as Tf from '@tensorflow/tfjs-core';
import type { Sample } from '../../core/index.ts';
import type { Backend } from '../backend.ts';
import { withGradient } from '../kernels/with-gradient.ts';
import { type HeadValues, headLosses, type LossReport, type LossWeights } from './head-losses.ts';
import type { TargetGrid } from './targets.ts';

export type { LossNumbers, LossReport, LossWeights } from './head-losses.ts';

/** What the student's head gave for a batch. Shape letters: B batch, A anchors, K classes, R bins, M prototypes, h w their grid. */
export interface HeadOutputs {
  /** [B, A, K] */
  readonly classLogits: Tf.Tensor3D;
  /** [B*A, 4R]: the distributions of the distances left, top, right, bottom. */
  readonly boxLogits: Tf.Tensor2D;
  /** [B*A, M] */
  readonly coefficients: Tf.Tensor2D;
  /** [B*h*w, M] */
  readonly prototypes: Tf.Tensor2D;
}

/**
 * The loss of a batch as one operation of TF.js, differentiable in the head's outputs: they are read back once, and the losses and all their
 * gradients are computed together in plain code ({@link headLosses}), the same on every backend.
 * `step` moves the lattice of sampled mask cells. What is not finite where a loss looks is not finite in `total`.
 */
export function batchLoss(
  { tf }: Pick<Backend, 'tf'>,
  grid: TargetGrid,
  head: HeadOutputs,
  samples: readonly Sample[],
  weights: LossWeights,
  step: number,
): { readonly total: Tf.Scalar; readonly report: LossReport } {
  const outputs = [head.classLogits, head.boxLogits, head.coefficients, head.prototypes] as const;
  const shapes = outputs.map(({ shape }) => shape);
  let report: LossReport = { labeled: null, pseudo: null };
  const compute = withGradient<typeof outputs>(tf, (inputs) => {
    const losses = headLosses(grid, valuesOf(inputs), samples, weights, step);
    report = losses.report;
    const { classLogits, boxLogits, coefficients, prototypes } = losses.gradient;
    const slopes = [classLogits, boxLogits, coefficients, prototypes];
    const gradient = (dy: Tf.Tensor) => {
      const factor = dy.dataSync()[0];
      return slopes.map((slope, index) => tf.tensor(times(slope, factor), [...shapes[index]]));
    };
    return { value: tf.scalar(losses.total), gradient };
  });
  return { total: compute(...outputs) as Tf.Scalar, report };
}

function valuesOf([classLogits, boxLogits, coefficients, prototypes]: readonly Tf.Tensor[]): HeadValues {
  const read = (tensor: Tf.Tensor) => tensor.dataSync() as Float32Array;
  return {
    classLogits: read(classLogits),
    boxLogits: read(boxLogits),
    bins: (boxLogits.shape[1] as number) / 4,
    coefficients: read(coefficients),
    prototypes: read(prototypes),
    channels: prototypes.shape[1] as number,
  };
}

/** The factor is 1 but where the total is scaled; large arrays are not copied for that. */
const times = (values: Float32Array, factor: number): Float32Array => (factor === 1 ? values : values.map((value) => value * factor));
