import { onnx } from '../../core/index.ts';
import type { GraphBody } from './constants.ts';
import { fixed, isFixed, type Shape } from './shape.ts';
import { numbersRules } from './shape-numbers.ts';
import { type NodeInputs, shapeRules } from './shape-rules.ts';

/** What is known of a graph's values without running it. */
export interface Inference {
  /** Shapes by name; a value whose shape cannot be told is absent. */
  readonly shapes: Shapes;
  /** Whole numbers that do not depend on the picture, by name: constants, and what the graph computes from shapes. */
  readonly numbers: ReadonlyMap<string, Shape>;
}

export type Shapes = ReadonlyMap<string, Shape>;

/** Lists of numbers that speak of shapes are short; others are weights. */
const MOST_NUMBERS = 16;

/**
 * Shapes of all values, at the source's size and at the new one, where they can be told.
 * Nodes are in the order of an ONNX file: after those that they read.
 */
export function inferShapes({ nodes, initializers }: GraphBody, input: string, inputShape: Shape): Inference {
  const tensors = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const shapes = new Map<string, Shape>([[input, inputShape]]);
  const numbers = new Map<string, Shape>();
  for (const tensor of initializers) {
    shapes.set(tensor.name, tensor.dims.map(fixed));
    if (isNumbers(tensor)) numbers.set(tensor.name, [...onnx.tensorValues(tensor)].map(fixed));
  }
  for (const node of nodes) {
    if (node.domain !== '' && node.domain !== 'ai.onnx') continue;
    const inputs = inputsOf(node, tensors, shapes, numbers);
    const list = numbersRules.get(node.opType)?.(node, inputs) ?? null;
    if (list !== null) numbers.set(node.outputs[0] as string, list);
    const results = list === null ? (shapeRules.get(node.opType)?.(node, inputs) ?? []) : [[fixed(list.length)]];
    for (const [index, shape] of results.entries()) if (isWhole(shape)) shapes.set(node.outputs[index] as string, shape);
  }
  return { shapes, numbers };
}

function inputsOf(
  node: onnx.Node,
  tensors: ReadonlyMap<string, onnx.Tensor>,
  shapes: Shapes,
  numbers: ReadonlyMap<string, Shape>,
): NodeInputs {
  const name = (index: number) => node.inputs[index] ?? '';
  return {
    shape: (index) => shapes.get(name(index)) ?? null,
    numbers: (index) => numbers.get(name(index)) ?? null,
    constants: (index) => {
      const tensor = tensors.get(name(index));
      return tensor === undefined ? wholeNumbers(numbers, name(index)) : [...onnx.tensorValues(tensor)];
    },
  };
}

/** A list of numbers that depends on no size, or null. */
export function wholeNumbers(numbers: ReadonlyMap<string, Shape>, name: string): readonly number[] | null {
  const list = numbers.get(name);
  return list?.every(isFixed) ? list.map(({ was }) => was) : null;
}

function isNumbers({ dataType, dims, bytes }: onnx.Tensor): boolean {
  const whole = dataType === onnx.DataType.int64 || dataType === onnx.DataType.int32;
  return whole && bytes !== null && dims.length <= 1 && (dims[0] ?? 1) <= MOST_NUMBERS;
}

const isWhole = (shape: Shape): boolean => shape.every(({ was, now }) => Number.isInteger(was) && Number.isInteger(now) && now > 0);
