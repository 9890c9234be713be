import type * as Tf from '@tensorflow/tfjs-core';
import { numbersAttribute } from '../../nodes.ts';
import { type Operator, one, unsupported } from '../operator.ts';
import { padded, windowsOf } from './windows.ts';

/** Below every number: what maxPool pads with. Not -Infinity, which times a gradient of 0 is not a number. */
const LOWEST = -3.4e38;

const maxPool: Operator = (node, graph) => {
  const { tf } = graph;
  if (node.outputs.length > 1) throw unsupported(node, 'a MaxPool with indices');
  const windows = windowsOf(node, numbersAttribute(node, 'kernel_shape', []));
  const [kernel, strides] = [[...windows.kernel], [...windows.strides]] as [[number, number], [number, number]];
  const input = graph.tensor(node, 0, 'features');
  return one('features', (run) => {
    const { x, pad } = padded(tf, input(run) as Tf.Tensor4D, windows, LOWEST);
    return tf.maxPool(x, kernel, strides, pad);
  });
};

const globalAveragePool: Operator = (node, graph) => {
  const { tf } = graph;
  const input = graph.tensor(node, 0, 'features');
  return one('features', (run) => {
    const x = input(run);
    return tf.div(tf.sum(x, [1, 2], true), (x.shape[1] as number) * (x.shape[2] as number));
  });
};

export const POOLING: Readonly<Record<string, Operator>> = { MaxPool: maxPool, GlobalAveragePool: globalAveragePool };
