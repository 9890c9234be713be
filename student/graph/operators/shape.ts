import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../../core/index.ts';
import { numberAttribute, numbersAttribute, splitLengths } from '../../nodes.ts';
import type { Compilation } from '../compilation.ts';
import { axisIn, fileShape, inLayout } from '../layout.ts';
import { type Operator, one, unsupported } from '../operator.ts';
import type { Reader } from '../run.ts';

/** Numbers that older operator sets have as an attribute and newer ones as an input; null where the node has neither. */
function listOf(node: onnx.Node, graph: Compilation, attribute: string, index: number): Reader<readonly number[]> | null {
  if ((node.inputs[index] ?? '') !== '') return graph.integers(node, index);
  const numbers = numbersAttribute(node, attribute, null);
  return numbers === null ? null : () => numbers;
}

const concat: Operator = (node, graph) => {
  const layout = graph.commonLayout(node.inputs);
  const axis = axisIn(layout, numberAttribute(node, 'axis', 1));
  const parts = node.inputs.map((_, index) => graph.tensor(node, index, layout));
  return one(layout, (run) =>
    graph.tf.concat(
      parts.map((part) => part(run)),
      axis,
    ),
  );
};

const split: Operator = (node, graph) => {
  const layout = graph.layoutOf(node.inputs[0]);
  const input = graph.tensor(node, 0, layout);
  const axis = axisIn(layout, numberAttribute(node, 'axis', 0));
  const given = (node.inputs[1] ?? '') === '' ? null : graph.integers(node, 1);
  return {
    layout,
    compute: (run) => {
      const x = input(run);
      return graph.tf.split(x, [...splitLengths(node, x.shape.at(axis) as number, given?.(run) ?? null)], axis);
    },
  };
};

/** With steps of 1. Starts and ends count from the end where they are negative, and stay within the value. */
const slice: Operator = (node, graph) => {
  const layout = graph.layoutOf(node.inputs[0]);
  const input = graph.tensor(node, 0, layout);
  const [starts, ends] = [listOf(node, graph, 'starts', 1), listOf(node, graph, 'ends', 2)];
  if (starts === null || ends === null) throw unsupported(node, 'a Slice without starts and ends');
  const steps = graph.constant(node.inputs[4]);
  if ((node.inputs[4] ?? '') !== '' && (steps === undefined || onnx.tensorValues(steps).some((step) => step !== 1)))
    throw unsupported(node, 'a Slice with steps');
  const axes = listOf(node, graph, 'axes', 3);
  return one(layout, (run) => {
    const x = input(run);
    const [from, to] = [starts(run), ends(run)];
    const [begin, size] = [fileShape(x, layout).map(() => 0), [...fileShape(x, layout)]];
    (axes?.(run) ?? [...from.keys()]).forEach((axis, at) => {
      const index = axis < 0 ? axis + x.rank : axis;
      const length = size[index] as number;
      const within = (place: number) => Math.min(length, Math.max(0, place < 0 ? place + length : place));
      begin[index] = within(from[at] as number);
      size[index] = Math.max(0, within(to[at] as number) - begin[index]);
    });
    return graph.tf.slice(x, [...inLayout(layout, begin)], [...inLayout(layout, size)]);
  });
};

const transpose: Operator = (node, graph) => {
  const layout = graph.layoutOf(node.inputs[0]);
  const x = graph.tensor(node, 0, layout);
  const order = numbersAttribute(node, 'perm', null);
  if (order === null) {
    const plain = graph.tensor(node, 0, 'plain');
    return one('plain', (run) => graph.tf.transpose(plain(run)));
  }
  const axes = order.map((axis) => axisIn(layout, axis));
  return one('plain', (run) => graph.tf.transpose(x(run), axes));
};

/** 0 keeps a side, -1 is what is left over. A first side of 1 is the batch's where the value is a batch's: exports are made with one picture. */
const reshape: Operator = (node, graph) => {
  if (numberAttribute(node, 'allowzero', 0) !== 0) throw unsupported(node, 'a Reshape with allowzero');
  const input = graph.tensor(node, 0, 'plain');
  const wanted = listOf(node, graph, 'shape', 1);
  if (wanted === null) throw unsupported(node, 'a Reshape without a shape');
  return one('plain', (run) => {
    const x = input(run);
    const batch = run.images.shape[0];
    const shape = wanted(run).map((side, axis) => (side === 0 ? (x.shape[axis] as number) : side));
    if (shape[0] === 1 && x.shape[0] === batch) shape[0] = batch;
    return graph.tf.reshape(x, shape);
  });
};

/** A node that changes the shape only. */
function reshaped(shapeOf: (x: Tf.Tensor, axes: readonly number[] | null) => number[]): Operator {
  return (node, graph) => {
    const input = graph.tensor(node, 0, 'plain');
    const axes = listOf(node, graph, 'axes', 1);
    return one('plain', (run) => {
      const x = input(run);
      return graph.tf.reshape(x, shapeOf(x, axes?.(run) ?? null));
    });
  };
}

const squeeze = reshaped((x, axes) => {
  const gone = axes?.map((axis) => (axis < 0 ? axis + x.rank : axis));
  return x.shape.filter((side, axis) => (gone === undefined ? side !== 1 : !gone.includes(axis)));
});

const unsqueeze = reshaped((x, axes) => {
  const rank = x.rank + (axes?.length ?? 0);
  const added = new Set(axes?.map((axis) => (axis < 0 ? axis + rank : axis)));
  const sides = x.shape.values();
  return Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (sides.next().value as number)));
});

export const SHAPE: Readonly<Record<string, Operator>> = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Transpose: transpose,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
};
