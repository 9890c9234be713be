import { onnx } from '../../core/index.ts';
import { isBins, numberAttribute } from '../nodes.ts';
import { GraphConstants } from './constants.ts';
import { fromKernelOrder, kernelShape, toKernelOrder, type WeightUse } from './kernel-order.ts';

/**
 * A student's weights as flat vectors, so that the optimizer, the averages and the checkpoints are a few large operations
 * and not one a weight. Convolution kernels lie in TF.js order there and in ONNX order in the file (see kernel-order.ts).
 *
 * What trains: weights and biases of Conv and ConvTranspose, matrices of MatMul, scales and offsets of norms, where they are initializers.
 * Everything else (anchors, strides, factors, shapes, the bins of a distribution) is a constant of the graph.
 */
export interface ParameterLayout {
  /** What gradient descent changes. */
  readonly trainable: readonly ParameterSlot[];
  /** Running means and variances of the norms, in pairs. */
  readonly statistics: readonly NormSlot[];
}

export interface ParameterSlot {
  readonly name: string;
  /** Shape in TF.js. */
  readonly shape: readonly number[];
  readonly length: number;
  /** Weight decay is for kernels; biases and norms go without (as in the paper's training code and in timm). */
  readonly decays: boolean;
}

export interface NormSlot {
  /** The value that the norm makes, which tells it from others: files may leave nodes without names. */
  readonly norm: string;
  readonly mean: string;
  readonly variance: string;
  readonly channels: number;
}

const DENSE: WeightUse = { kind: 'dense' };

export function parameterLayout(model: onnx.Model): ParameterLayout {
  const constants = new GraphConstants(model.graph);
  const initializers = new Set(model.graph.initializers);
  const trainable = new Map<string, ParameterSlot>();
  const statistics: NormSlot[] = [];
  const add = (name: string | undefined, decays: boolean, use = DENSE) => {
    const tensor = constants.get(name);
    if (tensor === undefined || !initializers.has(tensor) || trainable.has(tensor.name)) return;
    if (decays && isBins(tensor)) return;
    const shape = kernelShape(tensor.dims, use);
    trainable.set(tensor.name, { name: tensor.name, shape, length: product(shape), decays });
  };
  for (const node of model.graph.nodes) {
    const [, second, third, mean, variance] = node.inputs;
    switch (node.opType) {
      case 'Conv':
      case 'ConvTranspose':
        add(second, true, weightUse(node, constants.get(second)?.dims ?? []));
        add(third, false);
        break;
      case 'MatMul':
        if (constants.get(second)?.dims.length === 2) add(second, true);
        break;
      case 'BatchNormalization': {
        add(second, false);
        add(third, false);
        const [means, variances] = [constants.get(mean), constants.get(variance)];
        if (means !== undefined && variances !== undefined)
          statistics.push({ norm: node.outputs[0] as string, mean: means.name, variance: variances.name, channels: product(means.dims) });
      }
    }
  }
  return { trainable: [...trainable.values()], statistics };
}

/** A Conv whose groups see one channel each is depthwise; other groups are slices of a dense kernel. */
export function weightUse(node: onnx.Node, dims: readonly number[]): WeightUse {
  const group = numberAttribute(node, 'group', 1);
  return node.opType === 'Conv' && group > 1 && dims[1] === 1 ? { kind: 'depthwise', channels: group } : DENSE;
}

/** The vectors of a model's current values: `weights` [P] and `statistics` [means and variances]. */
export interface ParameterValues {
  readonly weights: Float32Array;
  readonly statistics: Float32Array;
}

export function readParameters(model: onnx.Model, layout: ParameterLayout): ParameterValues {
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const values = (name: string) => {
    const tensor = tensors.get(name) as onnx.Tensor;
    return toKernelOrder(onnx.tensorValues(tensor) as Float32Array, tensor.dims);
  };
  const weights = joined(layout.trainable.map(({ name }) => values(name)));
  const statistics = joined(layout.statistics.flatMap(({ mean, variance }) => [values(mean), values(variance)]));
  return { weights, statistics };
}

/** The same graph with other values: the trainer's result as a file that any ONNX tool can run. */
export function writeParameters(model: onnx.Model, layout: ParameterLayout, { weights, statistics }: ParameterValues): onnx.Model {
  const changed = new Map<string, Float32Array>();
  let at = 0;
  for (const { name, length } of layout.trainable) {
    changed.set(name, weights.slice(at, at + length));
    at += length;
  }
  at = 0;
  for (const { mean, variance, channels } of layout.statistics) {
    changed.set(mean, statistics.slice(at, at + channels));
    changed.set(variance, statistics.slice(at + channels, at + 2 * channels));
    at += 2 * channels;
  }
  const initializers = model.graph.initializers.map((tensor) => {
    const values = changed.get(tensor.name);
    return values === undefined ? tensor : onnx.floatTensor(tensor.name, tensor.dims, fromKernelOrder(values, tensor.dims));
  });
  return { ...model, graph: { ...model.graph, initializers } };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const product = (values: readonly number[]): number => values.reduce((result, value) => result * value, 1);
