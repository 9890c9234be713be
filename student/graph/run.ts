import type * as Tf from '@tensorflow/tfjs-core';
import type { RenormLimits } from '../kernels/batch-renorm.ts';
import type { BatchStatistics } from '../kernels/kernels.ts';

export interface GraphInputs {
  /** [B, H, W, 3] float 0..1. */
  readonly images: Tf.Tensor4D;
  /** A weight that trains or a norm's running statistic, by the initializer's name; convolution kernels as TF.js has them. */
  readonly parameter: (name: string) => Tf.Tensor;
  readonly mode: RunMode;
}

/** Inference normalises by the running statistics. */
export type RunMode = { readonly kind: 'inference' } | TrainingMode;

/** Training normalises by the batch, held near the running statistics within limits where there are some. */
export interface TrainingMode {
  readonly kind: 'training';
  /** Is told the batch's statistics by the value that the norm makes, and must keep them. */
  readonly collect: (norm: string, statistics: BatchStatistics) => void;
  readonly renorm: RenormLimits | null;
}

/** One run of a compiled graph: what came in, and what its nodes have made so far, by the names of the file. */
export interface Run extends GraphInputs {
  readonly tensors: Map<string, Tf.Tensor>;
  /** Shapes, and what is computed from them. */
  readonly integers: Map<string, readonly number[]>;
}

/** Where a value comes from was decided when the graph was compiled; this gets it in a run. */
export type Reader<Value> = (run: Run) => Value;
