import type * as Tf from '@tensorflow/tfjs-core';
import { batchRenorm } from '../../kernels/batch-renorm.ts';
import type { BatchStatistics } from '../../kernels/kernels.ts';
import { numberAttribute } from '../../nodes.ts';
import { type Operator, one, unsupported } from '../operator.ts';

/** By the batch's statistics in training, by the running ones at inference. */
const batchNormalization: Operator = (node, graph) => {
  const { tf, kernels } = graph;
  if (numberAttribute(node, 'training_mode', 0) !== 0) throw unsupported(node, 'a BatchNormalization in training mode');
  const epsilon = numberAttribute(node, 'epsilon', 1e-5);
  const x = graph.tensor(node, 0, 'features');
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((index) => graph.weight(node, index));
  return one('features', (run) => {
    const { mode } = run;
    const input = x(run) as Tf.Tensor4D;
    const [gamma, beta] = [scale(run) as Tf.Tensor1D, offset(run) as Tf.Tensor1D];
    const running = () => ({ mean: mean(run) as Tf.Tensor1D, variance: variance(run) as Tf.Tensor1D });
    if (mode.kind === 'inference') return tf.batchNorm(input, running().mean, running().variance, beta, gamma, epsilon);
    const collect = (statistics: BatchStatistics) => mode.collect(node.outputs[0] as string, statistics);
    const { renorm: limits } = mode;
    if (limits === null) return kernels.batchNorm(input, gamma, beta, epsilon, collect);
    return batchRenorm(tf, kernels, { x: input, scale: gamma, offset: beta, epsilon, running: running(), limits }, collect);
  });
};

export const NORMALIZATION: Readonly<Record<string, Operator>> = { BatchNormalization: batchNormalization };
