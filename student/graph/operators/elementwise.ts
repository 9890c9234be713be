import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../../core/index.ts';
import { numberAttribute } from '../../nodes.ts';
import type { Compilation } from '../compilation.ts';
import { type Operator, one, unsupported } from '../operator.ts';

type Unary = (x: Tf.Tensor, graph: Compilation, node: onnx.Node) => Tf.Tensor;
type Binary = (a: Tf.Tensor, b: Tf.Tensor, graph: Compilation) => Tf.Tensor;

/** Any layout passes through. */
function unary(apply: Unary): Operator {
  return (node, graph) => {
    const layout = graph.layoutOf(node.inputs[0]);
    const x = graph.tensor(node, 0, layout);
    return one(layout, (run) => apply(x(run), graph, node));
  };
}

/** Operands broadcast by the file's axes: where one is features, so is the other made to be. */
function binary(apply: Binary): Operator {
  return (node, graph) => {
    const layout = graph.commonLayout(node.inputs);
    const [a, b] = [graph.tensor(node, 0, layout), graph.tensor(node, 1, layout)];
    return one(layout, (run) => apply(a(run), b(run), graph));
  };
}

const times = binary((a, b, { tf }) => tf.mul(a, b));

/** x * sigmoid(x), written as two nodes in every export, is one kernel. */
const mul: Operator = (node, graph) => {
  const gated = node.inputs.findIndex((name, index) => {
    const gate = graph.producer(node.inputs[1 - index]);
    return gate?.opType === 'Sigmoid' && gate.inputs[0] === name;
  });
  if (gated < 0) return times(node, graph);
  const layout = graph.layoutOf(node.inputs[gated]);
  const x = graph.tensor(node, gated, layout);
  return one(layout, (run) => graph.kernels.silu(x(run)));
};

/** From float to float; whole numbers are cast among the integers. */
const cast: Operator = (node, graph) => {
  if (numberAttribute(node, 'to', 0) !== onnx.DataType.float32) throw unsupported(node, 'a Cast to another type than float');
  return same(node, graph);
};
const same = unary((x) => x);

export const ELEMENTWISE: Readonly<Record<string, Operator>> = {
  Relu: unary((x, { kernels }) => kernels.relu(x)),
  LeakyRelu: unary((x, { tf }, node) => tf.leakyRelu(x, numberAttribute(node, 'alpha', 0.01))),
  Sigmoid: unary((x, { tf }) => tf.sigmoid(x)),
  Softplus: unary((x, { tf }) => tf.softplus(x)),
  Add: binary((a, b, { tf }) => tf.add(a, b)),
  Sub: binary((a, b, { tf }) => tf.sub(a, b)),
  Mul: mul,
  Div: binary((a, b, { tf }) => tf.div(a, b)),
  Identity: same,
  Cast: cast,
};
