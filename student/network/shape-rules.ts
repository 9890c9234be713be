import type { onnx } from '../../core/index.ts';
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
  return [slid(node, input, weight[0] as Extent, lengthsOf(weight.slice(2)))];
};

const pooling: ShapeRule = (node, { shape }) => {
  const input = shape(0);
  return input === null ? null : [slid(node, input, input[1] as Extent, integers(node, 'kernel_shape', []))];
};

/** By ONNX's formula for windows that slide. */
function slid(node: onnx.Node, input: Shape, channels: Extent, kernel: readonly number[]): Shape {
  const rank = kernel.length;
  const strides = integers(node, 'strides', new Array(rank).fill(1));
  const dilations = integers(node, 'dilations', new Array(rank).fill(1));
  const pads = integers(node, 'pads', new Array(2 * rank).fill(0));
  const padding = text(node, 'auto_pad');
  const round = integer(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  const spatial = input.slice(2).map((extent, axis) => {
    const stride = strides[axis] as number;
    if (padding.startsWith('SAME')) return computed([extent], (length) => Math.ceil(length / stride));
    const room = padding === 'VALID' ? 0 : (pads[axis] as number) + (pads[axis + rank] as number);
    const reach = ((kernel[axis] as number) - 1) * (dilations[axis] as number) + 1;
    return computed([extent], (length) => round((length + room - reach) / stride) + 1);
  });
  return [input[0] as Extent, channels, ...spatial];
}

const transposedConvolution: ShapeRule = (node, { shape }) => {
  const [input, weight] = [shape(0), shape(1)];
  if (input === null || weight === null || text(node, 'auto_pad').startsWith('SAME')) return null;
  const kernel = lengthsOf(weight.slice(2));
  const rank = kernel.length;
  const strides = integers(node, 'strides', new Array(rank).fill(1));
  const pads = integers(node, 'pads', new Array(2 * rank).fill(0));
  const more = integers(node, 'output_padding', new Array(rank).fill(0));
  const dilations = integers(node, 'dilations', new Array(rank).fill(1));
  const spatial = input.slice(2).map((extent, axis) => {
    const reach = ((kernel[axis] as number) - 1) * (dilations[axis] as number) + 1 + (more[axis] as number);
    const cut = (pads[axis] as number) + (pads[axis + rank] as number);
    return computed([extent], (length) => (length - 1) * (strides[axis] as number) + reach - cut);
  });
  return [[input[0] as Extent, computed([weight[1] as Extent], (c) => c * integer(node, 'group', 1)), ...spatial]];
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

/** Lengths of a Split's outputs: given as an attribute (before opset 13), as a constant, or equal. */
export function splitLengths(node: onnx.Node, length: number, given: readonly number[] | null): readonly number[] {
  const attribute = node.attributes.get('split');
  if (attribute?.kind === 'ints') return attribute.value;
  if (given !== null) return given;
  const share = Math.ceil(length / node.outputs.length);
  return node.outputs.map((_, index) => Math.min(share, length - index * share));
}

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
  if (was === null || now === null) return null;
  let result = input;
  for (const [index, { axis, from, to, step }] of was.entries()) {
    const later = now[index] as SlicedAxis;
    const extent = input[axis] as Extent;
    // A bound inside a dimension that changes was meant for the old size.
    if (!isFixed(extent) && (from >= step || to !== extent.was || later.to !== extent.now)) return null;
    result = result.with(axis, computedLength(from, to, later, step));
  }
  return [result];
};

function computedLength(from: number, to: number, later: SlicedAxis, step: number): Extent {
  return { was: Math.ceil((to - from) / step), now: Math.ceil((later.to - later.from) / step), batch: false };
}

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
  return [integers(node, 'perm', backwards).map((axis) => input[axis] as Extent)];
};

const matrixProduct: ShapeRule = (_, { shape }) => {
  const [a, b] = [shape(0), shape(1)];
  if (a === null || b === null || a.length < 2 || b.length < 2) return null;
  const outer = broadcast(a.slice(0, -2), b.slice(0, -2));
  return outer === null ? null : [[...outer, a.at(-2) as Extent, b.at(-1) as Extent]];
};

/** By operator; a graph of another operator cannot be carried over to another size. */
export const shapeRules: ReadonlyMap<string, ShapeRule> = new Map<string, ShapeRule>([
  ...[
    'Sigmoid',
    'Relu',
    'LeakyRelu',
    'HardSwish',
    'HardSigmoid',
    'Tanh',
    'Softplus',
    'Clip',
    'Exp',
    'Sqrt',
    'Neg',
    'Erf',
    'Elu',
    'Mish',
  ].map((unary): [string, ShapeRule] => [unary, asInput]),
  ...['Identity', 'Cast', 'Softmax', 'BatchNormalization', 'Dropout'].map((same): [string, ShapeRule] => [same, asInput]),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max'].map((binary): [string, ShapeRule] => [binary, together]),
  ['Conv', convolution],
  ['ConvTranspose', transposedConvolution],
  ['MaxPool', pooling],
  ['AveragePool', pooling],
  ['Concat', concatenation],
  ['Split', splitting],
  ['Slice', slicing],
  ['Resize', resizing],
  ['Upsample', resizing],
  ['Reshape', reshaping],
  ['Transpose', transposition],
  ['MatMul', matrixProduct],
]);

export const lengthsOf = (shape: Shape): readonly number[] => shape.map(({ was }) => was);

/** The axis of a node that names one, counted from the front. */
export function axisOf(node: onnx.Node, { length }: { readonly length: number }, otherwise: number): number {
  const axis = integer(node, 'axis', otherwise);
  return axis < 0 ? axis + length : axis;
}

export function integer(node: onnx.Node, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function integers(node: onnx.Node, name: string, otherwise: readonly number[]): readonly number[] {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : otherwise;
}

function text(node: onnx.Node, name: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : '';
}
