import type * as Tf from '@tensorflow/tfjs-core';
import { numberAttribute } from '../../nodes.ts';
import type { TensorFlow } from '../../tensorflow.ts';
import { axisIn } from '../layout.ts';
import { type Operator, one } from '../operator.ts';

const matMul: Operator = (node, graph) => {
  const a = graph.tensor(node, 0, 'plain');
  const b = graph.constant(node.inputs[1])?.dims.length === 2 ? graph.weight(node, 1) : graph.tensor(node, 1, 'plain');
  return one('plain', (run) => product(graph.tf, a(run), b(run)));
};

/** A vector is a row before a matrix and a column after it, and leaves no axis behind. */
function product(tf: TensorFlow, a: Tf.Tensor, b: Tf.Tensor): Tf.Tensor {
  if (a.rank === 1) return tf.squeeze(product(tf, tf.reshape(a, [1, -1]), b), [b.rank === 1 ? 0 : -2]);
  if (b.rank === 1) return tf.squeeze(product(tf, a, tf.reshape(b, [-1, 1])), [-1]);
  if (b.rank === 2) {
    const rows = tf.reshape(a, [-1, a.shape.at(-1) as number]);
    return tf.reshape(tf.matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1] as number]);
  }
  // tfjs' gradient of a product does not undo broadcasts, so there are none left when it multiplies.
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tf.matMul(repeated(tf, a, outer), repeated(tf, b, outer));
}

/** A stack of matrices as often as another wants it. */
function repeated(tf: TensorFlow, x: Tf.Tensor, outer: readonly number[]): Tf.Tensor {
  const shape = [...outer, ...x.shape.slice(-2)];
  return String(shape) === String(x.shape) ? x : tf.add(x, tf.zeros(shape));
}

/** Along one axis from opset 13 on; before that over all axes from that one on. */
const softmax: Operator = (node, graph) => {
  const { tf, opset } = graph;
  if (opset < 13) {
    const x = graph.tensor(node, 0, 'plain');
    const axis = numberAttribute(node, 'axis', 1);
    return one('plain', (run) => flatSoftmax(tf, x(run), axis));
  }
  const layout = graph.layoutOf(node.inputs[0]);
  const x = graph.tensor(node, 0, layout);
  const axis = axisIn(layout, numberAttribute(node, 'axis', -1));
  return one(layout, (run) => axisSoftmax(tf, x(run), axis));
};

function flatSoftmax(tf: TensorFlow, x: Tf.Tensor, axis: number): Tf.Tensor {
  const rows = x.shape.slice(0, axis).reduce((product, side) => product * side, 1);
  return tf.reshape(tf.softmax(tf.reshape(x, [rows, -1])), x.shape);
}

/** tfjs has the last axis only. */
function axisSoftmax(tf: TensorFlow, x: Tf.Tensor, axis: number): Tf.Tensor {
  const [at, last] = [axis < 0 ? axis + x.rank : axis, x.rank - 1];
  if (at === last) return tf.softmax(x);
  const swap = x.shape.map((_, index) => (index === at ? last : index === last ? at : index));
  return tf.transpose(tf.softmax(tf.transpose(x, swap)), swap);
}

export const MATRIX: Readonly<Record<string, Operator>> = { MatMul: matMul, Softmax: softmax };
