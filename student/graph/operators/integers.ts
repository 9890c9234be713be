import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../../core/index.ts';
import { numberAttribute, wholeQuotient } from '../../nodes.ts';
import type { Compilation } from '../compilation.ts';
import { fileShape } from '../layout.ts';
import { unsupported } from '../operator.ts';
import type { Reader } from '../run.ts';

/**
 * The arithmetic of shapes that exports leave in a graph, such as the middle of an axis: whole numbers in plain code, not tensors.
 * Vectors and single numbers alike are lists, so that what only adds or takes away axes of length 1 does nothing.
 */
type IntegerOperator = (node: onnx.Node, graph: Compilation) => Reader<readonly number[]>;

const shape: IntegerOperator = (node, graph) => {
  const layout = graph.layoutOf(node.inputs[0]);
  const x = graph.tensor(node, 0, layout);
  const start = numberAttribute(node, 'start', 0);
  const end = numberAttribute(node, 'end', Number.MAX_SAFE_INTEGER);
  return (run) => fileShape(x(run) as Tf.Tensor, layout).slice(start, end);
};

const gather: IntegerOperator = (node, graph) => {
  const [values, places] = [graph.integers(node, 0), graph.integers(node, 1)];
  return (run) => places(run).map((place) => values(run).at(place) as number);
};

const slice: IntegerOperator = (node, graph) => {
  const [values, starts, ends] = [0, 1, 2].map((index) => graph.integers(node, index));
  if ((node.inputs[4] ?? '') !== '') throw unsupported(node, 'a Slice of a shape with steps');
  return (run) => values(run).slice(starts(run)[0], ends(run)[0]);
};

const concat: IntegerOperator = (node, graph) => {
  const parts = node.inputs.map((_, index) => graph.integers(node, index));
  return (run) => parts.flatMap((part) => part(run));
};

const same: IntegerOperator = (node, graph) => graph.integers(node, 0);

const cast: IntegerOperator = (node, graph) => {
  const { int32, int64 } = onnx.DataType;
  if (![int32, int64].some((type) => type === numberAttribute(node, 'to', 0)))
    throw unsupported(node, 'a Cast of a shape to another type than integers');
  return same(node, graph);
};

function binary(compute: (a: number, b: number) => number): IntegerOperator {
  return (node, graph) => {
    const [left, right] = [graph.integers(node, 0), graph.integers(node, 1)];
    return (run) => {
      const [a, b] = [left(run), right(run)];
      const at = (list: readonly number[], index: number) => list[list.length === 1 ? 0 : index] as number;
      return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => compute(at(a, index), at(b, index)));
    };
  };
}

export const INTEGER_OPERATORS: Readonly<Record<string, IntegerOperator>> = {
  Shape: shape,
  Gather: gather,
  Slice: slice,
  Concat: concat,
  Identity: same,
  Unsqueeze: same,
  Squeeze: same,
  Reshape: same,
  Cast: cast,
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary(wholeQuotient),
};
