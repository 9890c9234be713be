import type * as Tf from '@tensorflow/tfjs-core';
import type { onnx } from '../../../core/index.ts';
import { numberAttribute, numbersAttribute, textAttribute } from '../../nodes.ts';
import type { TensorFlow } from '../../tensorflow.ts';
import { unsupported } from '../operator.ts';

type Pair = readonly [rows: number, columns: number];

/** How the window of a convolution or a pooling goes over a feature map. */
export interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** As the file says it: by a rule, or so many rows and columns before and after. */
type Padding = { readonly kind: 'same-upper' | 'same-lower' } | { readonly kind: 'explicit'; readonly before: Pair; readonly after: Pair };

/** @param kernel of the weights, where the node itself may not say it. Throws for what TensorFlow cannot differentiate: dilations, ceil_mode. */
export function windowsOf(node: onnx.Node, kernel: readonly number[]): Windows {
  const what = `a ${node.opType}`;
  if (kernel.length !== 2) throw unsupported(node, `${what} of another kind than over rows and columns`);
  const dilations = numbersAttribute(node, 'dilations', [1, 1]);
  if (dilations.some((dilation, axis) => dilation !== 1 && kernel[axis] !== 1)) throw unsupported(node, `${what} with dilations`);
  if (numberAttribute(node, 'ceil_mode', 0) !== 0) throw unsupported(node, `${what} with ceil_mode`);
  const strides = numbersAttribute(node, 'strides', [1, 1]) as Pair;
  return { kernel: kernel as Pair, strides, padding: paddingOf(node) };
}

function paddingOf(node: onnx.Node): Padding {
  const [top, left, bottom, right] = numbersAttribute(node, 'pads', [0, 0, 0, 0]) as readonly [number, number, number, number];
  switch (textAttribute(node, 'auto_pad', 'NOTSET')) {
    case 'SAME_UPPER':
      return { kind: 'same-upper' };
    case 'SAME_LOWER':
      return { kind: 'same-lower' };
    case 'VALID':
      return { kind: 'explicit', before: [0, 0], after: [0, 0] };
    default:
      return { kind: 'explicit', before: [top, left], after: [bottom, right] };
  }
}

/** A feature map ready for TensorFlow, which pads by its own two rules and takes gradients under no other. */
export interface Padded {
  readonly x: Tf.Tensor4D;
  readonly pad: 'same' | 'valid';
}

/** Uses TensorFlow's rules where they mean what the file says for a map of this size, and else pads beforehand, with `fill`. */
export function padded(tf: TensorFlow, x: Tf.Tensor4D, { kernel, strides, padding }: Windows, fill: number): Padded {
  if (padding.kind === 'same-upper') return { x, pad: 'same' };
  const rows = sidePads(padding, 0, x.shape[1], kernel[0], strides[0]);
  const columns = sidePads(padding, 1, x.shape[2], kernel[1], strides[1]);
  if ([...rows, ...columns].every((pad) => pad === 0)) return { x, pad: 'valid' };
  const isSame =
    String(rows) === String(samePads(x.shape[1], kernel[0], strides[0])) &&
    String(columns) === String(samePads(x.shape[2], kernel[1], strides[1]));
  return isSame ? { x, pad: 'same' } : { x: tf.pad(x, [[0, 0], rows, columns, [0, 0]], fill), pad: 'valid' };
}

function sidePads(
  padding: Exclude<Padding, { kind: 'same-upper' }>,
  axis: 0 | 1,
  size: number,
  kernel: number,
  stride: number,
): [number, number] {
  if (padding.kind === 'explicit') return [padding.before[axis], padding.after[axis]];
  const [less, more] = samePads(size, kernel, stride);
  return [more, less];
}

/** TensorFlow's SAME: as many windows as strides fit, what is left over goes to the end. */
function samePads(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}
