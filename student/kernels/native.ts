import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import type { Kernels } from './kernels.ts';
import { siluKernel } from './silu.ts';
import { withGradient } from './with-gradient.ts';

/** One attribute of a TensorFlow operation, as tfjs-node's binding takes it. */
interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** The part of tfjs-node's backend that runs any TensorFlow kernel by name. */
interface NodeBackend {
  readonly binding: { readonly [constant: string]: number };
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly Tf.Tensor[]): Tf.Tensor;
  executeMultipleOutputs(name: string, attributes: readonly OpAttribute[], inputs: readonly Tf.Tensor[], outputs: number): Tf.Tensor[];
}

/** Kernels of native TensorFlow. */
export function nativeKernels(tf: TensorFlow): Kernels {
  const backend = tf.backend() as unknown as NodeBackend;
  const constants = backend.binding;
  const type = (name: string): OpAttribute => ({ name, type: constants.TF_ATTR_TYPE, value: constants.TF_FLOAT });
  const text = (name: string, value: string): OpAttribute => ({ name, type: constants.TF_ATTR_STRING, value });
  const number = (name: string, value: number): OpAttribute => ({ name, type: constants.TF_ATTR_FLOAT, value });
  const flag = (name: string, value: boolean): OpAttribute => ({ name, type: constants.TF_ATTR_BOOL, value });
  const nhwc = text('data_format', 'NHWC');
  const normAttributes = (epsilon: number) => [type('T'), type('U'), number('epsilon', epsilon), nhwc, flag('is_training', true)];
  const empty = tf.keep(tf.tensor1d([]));

  const relu = withGradient<[Tf.Tensor]>(tf, ([x], save) => {
    const value = tf.relu(x);
    save([value]);
    return { value, gradient: (dy, [y]) => [backend.executeSingleOutput('ReluGrad', [type('T')], [dy, y as Tf.Tensor])] };
  });

  const bias = withGradient<[Tf.Tensor4D, Tf.Tensor1D]>(tf, (inputs) => ({
    value: backend.executeSingleOutput('BiasAdd', [type('T'), nhwc], inputs),
    gradient: (dy) => [dy.clone(), backend.executeSingleOutput('BiasAddGrad', [type('T'), nhwc], [dy])],
  }));

  return {
    relu,
    silu: siluKernel(tf),
    bias: (x, b) => bias(x, b) as Tf.Tensor4D,
    batchNorm(x, scale, offset, epsilon, collect) {
      const attributes = normAttributes(epsilon);
      const normalize = withGradient<[Tf.Tensor4D, Tf.Tensor1D, Tf.Tensor1D]>(tf, (inputs, save) => {
        const forward = [...attributes, number('exponential_avg_factor', 1)];
        const [value, mean, variance, ...reserve] = backend.executeMultipleOutputs(
          'FusedBatchNormV3',
          forward,
          [...inputs, empty, empty],
          6,
        );
        collect({ mean: mean as Tf.Tensor1D, variance: variance as Tf.Tensor1D });
        save([inputs[0], inputs[1], ...reserve]);
        const gradient = (dy: Tf.Tensor, saved: readonly Tf.Tensor[]) =>
          backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3);
        return { value: value as Tf.Tensor, gradient };
      });
      return normalize(x, scale, offset) as Tf.Tensor4D;
    },
    upsample(x) {
      const [, height, width] = x.shape;
      return tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]);
    },
  };
}
