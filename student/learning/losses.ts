import type * as Tf from '@tensorflow/tfjs-core';
import type { Sample } from '../../core/index.ts';
import { withGradient } from '../kernels/with-gradient.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { batchTargets, type HeadArrays, type HeadValues, headLosses, type LossReport, type LossWeights } from './head-losses.ts';
import type { TargetGrid, Targets } from './targets.ts';

export type { LossNumbers, LossReport, LossWeights } from './head-losses.ts';

/** What the student's head gave for a batch. Shape letters: B batch, A anchors, K classes, R bins, M prototypes, h w a level's grid. */
export interface HeadOutputs {
  /** Finest level first, [B, h, w, K] each. */
  readonly classLogits: readonly Tf.Tensor4D[];
  /** [B, h, w, 4R] each: the distributions of the distances left, top, right, bottom. */
  readonly boxLogits: readonly Tf.Tensor4D[];
  /** [B, h, w, M] each. */
  readonly coefficients: readonly Tf.Tensor4D[];
  /** [B, h, w, M] */
  readonly prototypes: Tf.Tensor4D;
}

type Part = keyof HeadOutputs;
const PARTS: readonly Part[] = ['classLogits', 'boxLogits', 'coefficients', 'prototypes'];

/**
 * The loss of a batch as one operation of TF.js, differentiable in the head's outputs: they are read back once, and the losses and all their
 * gradients are computed together in plain code ({@link headLosses}), the same on every backend. Its arrays serve every batch of one size.
 */
export class BatchLoss {
  readonly #tf: TensorFlow;
  readonly #grid: TargetGrid;
  readonly #arrays = new Map<string, Float32Array>();

  constructor(tf: TensorFlow, grid: TargetGrid) {
    this.#tf = tf;
    this.#grid = grid;
  }

  /** `step` moves the lattice of sampled mask cells. What is not finite where a loss looks is not finite in `total`. */
  of(
    head: HeadOutputs,
    samples: readonly Sample[],
    weights: LossWeights,
    step: number,
  ): { readonly total: Tf.Scalar; readonly report: LossReport } {
    const tf = this.#tf;
    let report: LossReport = { labeled: null, pseudo: null };
    const outputs = PARTS.flatMap((part) => [head[part]].flat());
    const compute = withGradient<readonly Tf.Tensor[]>(tf, () => {
      const losses = headLosses(this.#grid, this.#valuesOf(head), samples, weights, step, this.#zeros(head));
      report = losses.report;
      const gradient = (dy: Tf.Tensor) => this.#byLevel(losses.gradient, head, dy.dataSync()[0] as number);
      return { value: tf.scalar(losses.total), gradient };
    });
    return { total: compute(...outputs) as Tf.Scalar, report };
  }

  /** What the loss of a batch would be computed from, beside the head's outputs. */
  targets(head: HeadOutputs, samples: readonly Sample[], step: number): readonly Targets[] {
    return batchTargets(this.#grid, this.#valuesOf(head), samples, step);
  }

  #valuesOf(head: HeadOutputs): HeadValues {
    return {
      classLogits: this.#joined('classLogits', head),
      boxLogits: this.#joined('boxLogits', head),
      bins: (head.boxLogits[0] as Tf.Tensor4D).shape[3] / 4,
      coefficients: this.#joined('coefficients', head),
      prototypes: this.#joined('prototypes', head),
      channels: head.prototypes.shape[3],
    };
  }

  /** An image's levels side by side, images one after the other. */
  #joined(part: Part, head: HeadOutputs): Float32Array {
    const levels = [head[part]].flat();
    if (levels.length === 1) return (levels[0] as Tf.Tensor4D).dataSync() as Float32Array;
    const all = this.#array(part, levels);
    forEachRun(levels, all.length, ({ level, from, length, to }, images) => {
      const values = level.dataSync() as Float32Array;
      for (let image = 0; image < images; image++) all.set(values.subarray(from(image), from(image) + length), to(image));
    });
    return all;
  }

  #zeros(head: HeadOutputs): HeadArrays {
    const of = (part: Part) => this.#array(`${part} gradient`, [head[part]].flat()).fill(0);
    return {
      classLogits: of('classLogits'),
      boxLogits: of('boxLogits'),
      coefficients: of('coefficients'),
      prototypes: of('prototypes'),
    };
  }

  /** The gradients times a factor, as tensors of the outputs' shapes in their order. */
  #byLevel(gradient: HeadArrays, head: HeadOutputs, factor: number): Tf.Tensor[] {
    return PARTS.flatMap((part) => {
      const levels = [head[part]].flat();
      const all = gradient[part];
      const tensors: Tf.Tensor[] = [];
      forEachRun(levels, all.length, ({ level, from, length, to }, images) => {
        const alone = levels.length === 1;
        const values = alone ? all : this.#array(`${part} gradient ${tensors.length}`, [level]);
        if (!alone) for (let image = 0; image < images; image++) values.set(all.subarray(to(image), to(image) + length), from(image));
        // The factor is 1 but where the total is scaled.
        tensors.push(this.#tf.tensor(factor === 1 ? values : values.map((value) => value * factor), level.shape));
      });
      return tensors;
    });
  }

  /** An array for as many numbers as the tensors hold, kept for the next batch. */
  #array(name: string, tensors: readonly Tf.Tensor[]): Float32Array {
    const length = tensors.reduce((sum, { size }) => sum + size, 0);
    const kept = this.#arrays.get(name);
    if (kept?.length === length) return kept;
    const array = new Float32Array(length);
    this.#arrays.set(name, array);
    return array;
  }
}

/** Where a level's numbers of each image lie in the level's tensor, and in the array of all levels. */
interface LevelRun {
  readonly level: Tf.Tensor4D;
  readonly length: number;
  readonly from: (image: number) => number;
  readonly to: (image: number) => number;
}

function forEachRun(levels: readonly Tf.Tensor4D[], total: number, visit: (run: LevelRun, images: number) => void): void {
  const images = (levels[0] as Tf.Tensor4D).shape[0];
  let before = 0;
  for (const level of levels) {
    const length = level.size / images;
    const start = before;
    visit({ level, length, from: (image) => image * length, to: (image) => (image * total) / images + start }, images);
    before += length;
  }
}
