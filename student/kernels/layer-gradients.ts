import type * as Tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow.ts';
import { filterGradient, inputGradient } from './conv-gradient.ts';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradient.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';

/** The gradients of a network's layers that tfjs-core lacks under Node; see gradients.ts. */
export function layerGradients(tf: TensorFlow): readonly Tf.GradConfig[] {
  return [...convolutions(tf), depthwise(tf), maxPool(tf), norm(tf), product(tf), softmax(tf)];
}

type Steps = [number, number];
type Pad = 'same' | 'valid';

function geometryOf(tf: TensorFlow, x: Tf.Tensor4D, filter: Tf.Tensor4D, { strides, pad }: Tf.NamedAttrMap, depthwise = false) {
  return tf.backend_util.computeConv2DInfo(x.shape, filter.shape, strides as Steps, 1, pad as Pad, undefined, depthwise);
}

function convolutions(tf: TensorFlow): readonly Tf.GradConfig[] {
  return [
    {
      kernelName: 'Conv2D',
      inputsToSave: ['x', 'filter'],
      gradFunc: (dy, saved, attributes) => {
        const [x, filter] = saved as [Tf.Tensor4D, Tf.Tensor4D];
        const geometry = geometryOf(tf, x, filter, attributes);
        return {
          x: () => inputGradient(tf, dy as Tf.Tensor4D, filter, geometry),
          filter: () => filterGradient(tf, x, dy as Tf.Tensor4D, geometry),
        };
      },
    },
    {
      // A transposed convolution: what it takes is a convolution's result, and what it gives is that one's input.
      kernelName: 'Conv2DBackpropInput',
      inputsToSave: ['dy', 'filter'],
      gradFunc: (given, saved, attributes) => {
        const [dy, filter] = saved as [Tf.Tensor4D, Tf.Tensor4D];
        const x = given as Tf.Tensor4D;
        const geometry = geometryOf(tf, x, filter, attributes);
        return {
          dy: () => tf.conv2d(x, filter, attributes.strides as Steps, attributes.pad as Pad),
          filter: () => filterGradient(tf, x, dy, geometry),
        };
      },
    },
  ];
}

function depthwise(tf: TensorFlow): Tf.GradConfig {
  return {
    kernelName: 'DepthwiseConv2dNative',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dy, saved, attributes) => {
      const [x, filter] = saved as [Tf.Tensor4D, Tf.Tensor4D];
      const geometry = geometryOf(tf, x, filter, attributes, true);
      return {
        x: () => depthwiseInputGradient(tf, dy as Tf.Tensor4D, filter, geometry),
        filter: () => depthwiseFilterGradient(tf, x, dy as Tf.Tensor4D, geometry),
      };
    },
  };
}

function maxPool(tf: TensorFlow): Tf.GradConfig {
  return {
    kernelName: 'MaxPool',
    inputsToSave: ['x'],
    gradFunc: (dy, [saved], { filterSize, strides, pad }) => {
      const x = saved as Tf.Tensor4D;
      const geometry = tf.backend_util.computePool2DInfo(x.shape, filterSize as Steps, strides as Steps, 1, pad as Pad);
      return { x: () => maxPoolGradient(tf, x, dy as Tf.Tensor4D, geometry) };
    },
  };
}

/** By running statistics, which are constants. */
function norm(tf: TensorFlow): Tf.GradConfig {
  return {
    kernelName: 'FusedBatchNorm',
    inputsToSave: ['x', 'mean', 'variance', 'scale'],
    gradFunc: (given, [x, mean, variance, scale], { varianceEpsilon }) => {
      const dy = given as Tf.Tensor;
      const deviation = tf.rsqrt(tf.add(variance, varianceEpsilon as number));
      return {
        x: () => tf.mul(dy, tf.mul(scale, deviation)),
        scale: () => tf.sum(tf.mul(dy, tf.mul(tf.sub(x, mean), deviation)), [0, 1, 2]),
        offset: () => tf.sum(dy, [0, 1, 2]),
      };
    },
  };
}

/** Of matrices without broadcasting. */
function product(tf: TensorFlow): Tf.GradConfig {
  return {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc: (given, [a, b], { transposeA, transposeB }) => {
      const dy = given as Tf.Tensor;
      const [turnA, turnB] = [transposeA as boolean, transposeB as boolean];
      return {
        a: () => (turnA ? tf.matMul(b, dy, turnB, true) : tf.matMul(dy, b, false, !turnB)),
        b: () => (turnB ? tf.matMul(dy, a, true, turnA) : tf.matMul(a, dy, !turnA, false)),
      };
    },
  };
}

function softmax(tf: TensorFlow): Tf.GradConfig {
  return {
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => {
      const weighted = tf.mul(dy as Tf.Tensor, y);
      return { logits: () => tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y)) };
    },
  };
}
