import { onnx } from '../core/index.ts';

/**
 * A student's weights as flat vectors, so that the optimizer, the averages and the checkpoints are a few large operations
 * and not one a weight. Convolution kernels lie in TF.js order [kh, kw, in, out] there and in ONNX order [out, in, kh, kw] in the file.
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
  /** The norm's node name. */
  readonly norm: string;
  readonly mean: string;
  readonly variance: string;
  readonly channels: number;
}

export function parameterLayout(model: onnx.Model): ParameterLayout {
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const trainable = new Map<string, ParameterSlot>();
  const statistics: NormSlot[] = [];
  const add = (name: string | undefined, decays: boolean) => {
    const tensor = tensors.get(name ?? '');
    if (tensor === undefined || trainable.has(tensor.name)) return;
    const shape = tensor.dims.length === 4 ? kernelShape(tensor.dims) : tensor.dims;
    trainable.set(tensor.name, { name: tensor.name, shape, length: product(shape), decays });
  };
  for (const node of model.graph.nodes) {
    if (node.opType === 'Conv') {
      add(node.inputs[1], true);
      add(node.inputs[2], false);
    }
    if (node.opType === 'BatchNormalization') {
      add(node.inputs[1], false);
      add(node.inputs[2], false);
      const [, , , mean, variance] = node.inputs as [string, string, string, string, string];
      statistics.push({ norm: node.name, mean, variance, channels: product(tensors.get(mean)?.dims ?? []) });
    }
  }
  return { trainable: [...trainable.values()], statistics };
}

/** The vectors of a model's current values: `weights` [P] and `statistics` [means and variances]. */
export interface ParameterValues {
  readonly weights: Float32Array;
  readonly statistics: Float32Array;
}

export function readParameters(model: onnx.Model, layout: ParameterLayout): ParameterValues {
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const values = (name: string) => onnx.tensorValues(tensors.get(name) as onnx.Tensor) as Float32Array;
  const weights = joined(
    layout.trainable.map(({ name, shape }) => (shape.length === 4 ? toKernelOrder(values(name), shape) : values(name))),
  );
  const statistics = joined(layout.statistics.flatMap(({ mean, variance }) => [values(mean), values(variance)]));
  return { weights, statistics };
}

/** The same graph with other values: the trainer's result as a file that any ONNX tool can run. */
export function writeParameters(model: onnx.Model, layout: ParameterLayout, { weights, statistics }: ParameterValues): onnx.Model {
  const changed = new Map<string, Float32Array>();
  let at = 0;
  for (const { name, shape, length } of layout.trainable) {
    const part = weights.slice(at, at + length);
    changed.set(name, shape.length === 4 ? fromKernelOrder(part, shape) : part);
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
    return values === undefined ? tensor : onnx.floatTensor(tensor.name, tensor.dims, values);
  });
  return { ...model, graph: { ...model.graph, initializers } };
}

/** [out, in, kh, kw] as [kh, kw, in, out]. */
const kernelShape = ([out, from, height, width]: readonly number[]): readonly number[] => [height, width, from, out] as number[];

function toKernelOrder(values: Float32Array, [height, width, from, out]: readonly number[]): Float32Array {
  return permuted(values, height as number, width as number, from as number, out as number, true);
}

function fromKernelOrder(values: Float32Array, [height, width, from, out]: readonly number[]): Float32Array {
  return permuted(values, height as number, width as number, from as number, out as number, false);
}

function permuted(values: Float32Array, height: number, width: number, from: number, out: number, toKernel: boolean): Float32Array {
  const result = new Float32Array(values.length);
  let kernelAt = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < from; i++) {
        for (let o = 0; o < out; o++, kernelAt++) {
          const fileAt = ((o * from + i) * height + y) * width + x;
          if (toKernel) result[kernelAt] = values[fileAt];
          else result[fileAt] = values[kernelAt];
        }
      }
    }
  }
  return result;
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
