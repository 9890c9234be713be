import type { onnx } from '../../core/index.ts';
import { numberAttribute, numbersAttribute, splitLengths, textAttribute } from '../nodes.ts';
import { broadcast, computed, type Extent, fixed, isFixed, reshaped, type Shape, sum } from './shape.ts';

/** What a rule may know of a node's inputs; null is unknown. */
export interface NodeInputs {
  readonly shape: (index: number) => Shape | null;
  /** Whole numbers of an input that is a constant, or computed from shapes; scalars as a list of one. */
  readonly numbers: (index: number) => Shape | null;
  /** Values of an input that is a constant, or numbers computed from shapes that depend on no size. */
  readonly constants: (index: number) => readonly number[] | null;
}

/** Shapes of a node's outputs; null where they cannot be told. */
export type ShapeRule = (node: onnx.Node, inputs: NodeInputs) => readonly Shape[] | null;

const one = (shape: Shape | null): readonly Shape[] | null => (shape === null ? null : [shape]);

const asInput: ShapeRule = (_, { shape }) => one(shape(0));

const together: ShapeRule = (node, { shape }) => {
  let result = shape(0);
  for (let index = 1; index < node.inputs.length && result !== null; index++) {
    const other = shape(index);
    result = other === null ? null : broadcast(result, other);
  }
  return one(result);
};

const convolution: ShapeRule = (node, { shape }) => {
  const [input, weight] = [shape(0), shape(1)];
  if (input === null || weight === null) return null;
  return one(slid(node, input, weight[0] as Extent, lengthsOf(weight.slice(2))));
};

const pooling: ShapeRule = (node, { shape }) => {
  const input = shape(0);
  if (input === null || node.outputs.length > 1) return null;
  return one(slid(node, input, input[1] as Extent, numbersAttribute(node, 'kernel_shape', [])));
};

/** By ONNX's formula for windows that slide over rows and columns; null for those that training does not run. */
function slid(node: onnx.Node, input: Shape, channels: Extent, kernel: readonly number[]): Shape | null {
  if (isDilated(node, kernel) || kernel.length !== 2 || numberAttribute(node, 'ceil_mode', 0) !== 0) return null;
  const strides = numbersAttribute(node, 'strides', [1, 1]);
  const pads = numbersAttribute(node, 'pads', [0, 0, 0, 0]);
  const padding = textAttribute(node, 'auto_pad', 'NOTSET');
  const spatial = input.slice(2).map((extent, axis) => {
    const stride = strides[axis] as number;
    if (padding.startsWith('SAME')) return computed([extent], (length) => Math.ceil(length / stride));
    const room = padding === 'VALID' ? 0 : (pads[axis] as number) + (pads[axis + 2] as number);
    return computed([extent], (length) => Math.floor((length + room - (kernel[axis] as number)) / stride) + 1);
  });
  return [input[0] as Extent, channels, ...spatial];
}

const isDilated = (node: onnx.Node, kernel: readonly number[]): boolean =>
  numbersAttribute(node, 'dilations', [1, 1]).some((dilation, axis) => dilation !== 1 && kernel[axis] !== 1);

const transposedConvolution: ShapeRule = (node, { shape }) => {
  const [input, weight] = [shape(0), shape(1)];
  if (input === null || weight === null) return null;
  const kernel = lengthsOf(weight.slice(2));
  const byOutput = textAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME') || node.attributes.has('output_shape');
  if (byOutput || isDilated(node, kernel) || kernel.length !== 2 || numberAttribute(node, 'group', 1) !== 1) return null;
  const strides = numbersAttribute(node, 'strides', [1, 1]);
  const pads = numbersAttribute(node, 'pads', [0, 0, 0, 0]);
  const more = numbersAttribute(node, 'output_padding', [0, 0]);
  const spatial = input.slice(2).map((extent, axis) => {
    const reach = (kernel[axis] as number) + (more[axis] as number);
    const cut = (pads[axis] as number) + (pads[axis + 2] as number);
    return computed([extent], (length) => (length - 1) * (strides[axis] as number) + reach - cut);
  });
  return [[input[0] as Extent, weight[1] as Extent, ...spatial]];
};

const concatenation: ShapeRule = (node, { shape }) => {
  const shapes = node.inputs.map((_, index) => shape(index));
  const [first] = shapes;
  if (first === null || shapes.includes(null)) return null;
  const axis = axisOf(node, first, 1);
  return [first.with(axis, sum(shapes.map((other) => (other as Shape)[axis] as Extent)))];
};

const splitting: ShapeRule = (node, { shape, constants }) => {
  const input = shape(0);
  if (input === null) return null;
  const axis = axisOf(node, input, 0);
  const { was } = input[axis] as Extent;
  if (!isFixed(input[axis] as Extent)) return null;
  return splitLengths(node, was, constants(1)).map((length) => input.with(axis, fixed(length)));
};

/** One axis of a Slice, with its ends within the length. */
export interface SlicedAxis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What a Slice with constant bounds takes of a value; null for others, and for backward steps. */
export function slicedAxes(lengths: readonly number[], constants: NodeInputs['constants']): readonly SlicedAxis[] | null {
  const [starts, ends] = [constants(1), constants(2)];
  if (starts === null || ends === null) return null;
  const axes = constants(3) ?? starts.map((_, axis) => axis);
  const steps = constants(4) ?? starts.map(() => 1);
  if (steps.some((step) => step < 1)) return null;
  return axes.map((given, index) => {
    const axis = given < 0 ? given + lengths.length : given;
    const length = lengths[axis] as number;
    const within = (at: number) => Math.max(0, Math.min(length, at < 0 ? at + length : at));
    return { axis, from: within(starts[index] as number), to: within(ends[index] as number), step: steps[index] as number };
  });
}

const slicing: ShapeRule = (_, { shape, constants }) => {
  const input = shape(0);
  if (input === null) return null;
  const [was, now] = [
    slicedAxes(lengthsOf(input), constants),
    slicedAxes(
      input.map((extent) => extent.now),
      constants,
    ),
  ];
  if (was === null || now === null || was.some(({ step }) => step !== 1)) return null;
  let result = input;
  for (const [index, { axis, from, to }] of was.entries()) {
    const later = now[index] as SlicedAxis;
    const extent = input[axis] as Extent;
    // A bound inside a dimension that changes was meant for the old size.
    if (!isFixed(extent) && (from > 0 || to !== extent.was || later.to !== extent.now)) return null;
    result = result.with(axis, { was: to - from, now: later.to - later.from, batch: false });
  }
  return [result];
};

/** Enlarging by scales or to sizes; sizes count only where they follow the input's by one factor. */
const resizing: ShapeRule = (node, { shape, numbers, constants }) => {
  const input = shape(0);
  if (input === null) return null;
  const scales = constants(node.inputs.length === 2 ? 1 : 2);
  if (scales !== null && scales.length === input.length) {
    return [input.map((extent, axis) => scaled(extent, scales[axis] as number))];
  }
  const sizes = numbers(3);
  if (sizes === null) return null;
  return [
    input.map((extent, axis) => (sizes[axis]?.was === extent.was ? extent : scaled(extent, (sizes[axis] as Extent).was / extent.was))),
  ];
};

const scaled = (extent: Extent, scale: number): Extent =>
  scale === 1 ? extent : computed([extent], (length) => Math.floor(length * scale));

const reshaping: ShapeRule = (_, { shape, numbers }) => {
  const [input, wanted] = [shape(0), numbers(1)];
  return input === null || wanted === null ? null : one(reshaped(input, wanted));
};

const transposition: ShapeRule = (node, { shape }) => {
  const input = shape(0);
  if (input === null) return null;
  const backwards = input.map((_, axis) => input.length - 1 - axis);
  return [numbersAttribute(node, 'perm', backwards).map((axis) => input[axis] as Extent)];
};

const matrixProduct: ShapeRule = (_, { shape }) => {
  const [a, b] = [shape(0), shape(1)];
  if (a === null || b === null || a.length < 2 || b.length < 2) return null;
  const outer = broadcast(a.slice(0, -2), b.slice(0, -2));
  return outer === null ? null : [[...outer, a.at(-2) as Extent, b.at(-1) as Extent]];
};

/** By operator, none but those that training runs; a graph of another operator is no student. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map<string, ShapeRule>([
  ...['Relu', 'LeakyRelu', 'Sigmoid', 'Softplus', 'Softmax', 'BatchNormalization', 'Identity', 'Cast'].map((same): [string, ShapeRule] => [
    same,
    asInput,
  ]),
  ...['Add', 'Sub', 'Mul', 'Div'].map((binary): [string, ShapeRule] => [binary, together]),
  ['Conv', convolution],
  ['ConvTranspose', transposedConvolution],
  ['MaxPool', pooling],
  ['Concat', concatenation],
  ['Split', splitting],
  ['Slice', slicing],
  ['Resize', resizing],
  ['Reshape', reshaping],
  ['Transpose', transposition],
  ['MatMul', matrixProduct],
]);

export const lengthsOf = (shape: Shape): readonly number[] => shape.map(({ was }) => was);

/** The axis of a node that names one, counted from the front. */
export function axisOf(node: onnx.Node, { length }: { readonly length: number }, otherwise: number): number {
  const axis = numberAttribute(node, 'axis', otherwise);
  return axis < 0 ? axis + length : axis;
}
