import type { Sample } from '../../core/index.ts';
import type { LossWeights } from './head-losses.ts';

/**
 * What the labeled and the pseudo-labeled pictures' losses count in each micro-batch of a step, so that the mean over the micro-batches is
 * (labeled + unsup * pseudo) / (1 + unsup): the scale of the loss stays whatever the weight, and however the pictures fall into
 * micro-batches. A step of pseudo-labeled pictures alone counts `unsup`.
 */
export function partWeights(microBatches: readonly (readonly Sample[])[], unsup: number): LossWeights['parts'] {
  const having = (stream: Sample['stream']) => microBatches.filter((samples) => samples.some((sample) => sample.stream === stream)).length;
  const [labeled, pseudo] = [having('labeled'), having('pseudo')];
  const whole = labeled > 0 && pseudo > 0 ? 1 + unsup : 1;
  const spread = (count: number) => (count === 0 ? 0 : microBatches.length / count / whole);
  return { labeled: spread(labeled), pseudo: unsup * spread(pseudo) };
}
