import type * as Tf from '@tensorflow/tfjs-core';
import type { onnx } from '../../../core/index.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../../nodes.ts';
import type { Compilation } from '../compilation.ts';
import { type Operator, one, unsupported } from '../operator.ts';
import type { Run } from '../run.ts';
import { padded, type Windows, windowsOf } from './windows.ts';

type Convolution = (x: Tf.Tensor4D, filter: Tf.Tensor4D) => Tf.Tensor4D;
type Bias = (x: Tf.Tensor4D, run: Run) => Tf.Tensor4D;

const conv: Operator = (node, graph) => {
  const dims = graph.constant(node.inputs[1])?.dims ?? [];
  const windows = windowsOf(node, dims.slice(2));
  const group = numberAttribute(node, 'group', 1);
  const convolve = group > 1 && dims[1] === 1 ? depthwise(node, graph, windows) : grouped(graph, windows, group);
  const [x, filter] = [graph.tensor(node, 0, 'features'), graph.weight(node, 1)];
  const bias = biasOf(node, graph);
  return one('features', (run) => bias(convolve(x(run) as Tf.Tensor4D, filter(run) as Tf.Tensor4D), run));
};

function depthwise(node: onnx.Node, { tf }: Compilation, windows: Windows): Convolution {
  const [down, across] = windows.strides;
  if (down !== across) throw unsupported(node, 'a depthwise Conv with two different strides');
  return (input, filter) => {
    const { x, pad } = padded(tf, input, windows, 0);
    return tf.depthwiseConv2d<Tf.Tensor4D>(x, filter, down, pad);
  };
}

/** Each group of channels has its part of the filters: [kh, kw, in / groups, out]. */
function grouped({ tf }: Compilation, windows: Windows, groups: number): Convolution {
  const strides = [...windows.strides] as [number, number];
  return (input, filter) => {
    const { x, pad } = padded(tf, input, windows, 0);
    if (groups === 1) return tf.conv2d<Tf.Tensor4D>(x, filter, strides, pad);
    const [parts, filters] = [tf.split<Tf.Tensor4D>(x, groups, 3), tf.split<Tf.Tensor4D>(filter, groups, 3)];
    const convolved = parts.map((part, index) => tf.conv2d<Tf.Tensor4D>(part, filters[index] as Tf.Tensor4D, strides, pad));
    return tf.concat(convolved, 3);
  };
}

/** The gradient of a convolution with respect to its input, cropped by the padding. */
const convTranspose: Operator = (node, graph) => {
  const { tf } = graph;
  const { strides, kernel, crop } = transposedWindows(node, graph);
  const [x, filter] = [graph.tensor(node, 0, 'features'), graph.weight(node, 1)];
  const bias = biasOf(node, graph);
  return one('features', (run) => {
    const [input, weights] = [x(run) as Tf.Tensor4D, filter(run) as Tf.Tensor4D];
    const [batch, height, width] = input.shape;
    const [rows, columns] = [(height - 1) * strides[0] + kernel[0] + crop.more[0], (width - 1) * strides[1] + kernel[1] + crop.more[1]];
    const whole = tf.conv2dTranspose(input, weights, [batch, rows, columns, weights.shape[2]], strides, 'valid');
    const kept = [rows - crop.before[0] - crop.after[0], columns - crop.before[1] - crop.after[1]];
    const isWhole = kept[0] === rows && kept[1] === columns;
    return bias(isWhole ? whole : tf.slice(whole, [0, ...crop.before, 0], [-1, ...kept, -1]), run);
  });
};

interface TransposedWindows {
  readonly strides: [number, number];
  readonly kernel: readonly number[];
  /** Rows and columns to take away before and after, and to add after before that. */
  readonly crop: { readonly before: readonly number[]; readonly after: readonly number[]; readonly more: readonly number[] };
}

function transposedWindows(node: onnx.Node, graph: Compilation): TransposedWindows {
  const dims = graph.constant(node.inputs[1])?.dims ?? [];
  const { kernel, strides } = windowsOf(node, dims.slice(2));
  if (numberAttribute(node, 'group', 1) !== 1) throw unsupported(node, 'a ConvTranspose with groups');
  const automatic = !['NOTSET', 'VALID'].includes(textAttribute(node, 'auto_pad', 'NOTSET'));
  if (automatic || node.attributes.has('output_shape')) throw unsupported(node, 'a ConvTranspose whose padding follows from its output');
  const pads = numbersAttribute(node, 'pads', [0, 0, 0, 0]);
  const more = numbersAttribute(node, 'output_padding', [0, 0]);
  return { strides: [...strides], kernel, crop: { before: pads.slice(0, 2), after: pads.slice(2), more } };
}

function biasOf(node: onnx.Node, graph: Compilation): Bias {
  if ((node.inputs[2] ?? '') === '') return (x) => x;
  const bias = graph.weight(node, 2);
  return (x, run) => graph.kernels.bias(x, bias(run) as Tf.Tensor1D);
}

export const CONVOLUTION: Readonly<Record<string, Operator>> = { Conv: conv, ConvTranspose: convTranspose };
