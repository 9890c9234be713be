import type { onnx } from '../../core/index.ts';
import { numberAttribute, wholeQuotient } from '../nodes.ts';
import { computed, type Extent, fixed, type Shape } from './shape.ts';
import { type NodeInputs, slicedAxes } from './shape-rules.ts';

/** The whole numbers that a node computes from shapes, as exports with open sizes do; null for any other node. */
export type NumbersRule = (node: onnx.Node, inputs: NodeInputs) => Shape | null;

const asInput: NumbersRule = (_, { numbers }) => numbers(0);

const elementwise =
  (compute: (a: number, b: number) => number): NumbersRule =>
  (_, { numbers }) => {
    const [a, b] = [numbers(0), numbers(1)];
    if (a === null || b === null || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return null;
    const at = (list: Shape, index: number) => list[list.length === 1 ? 0 : index] as Extent;
    // Also of the batch: a length that is computed from it is not open any more.
    return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
      const operands = [at(a, index), at(b, index)];
      return operands.some(({ batch }) => batch) ? ofBatch(operands, compute) : computed(operands, compute);
    });
  };

/** The batch times or over one is the batch; anything else would freeze it. */
function ofBatch([a, b]: Shape, compute: (a: number, b: number) => number): Extent {
  const neutral = compute(7, (b as Extent).was) === 7 && !(b as Extent).batch;
  return neutral ? (a as Extent) : fixed(Number.NaN);
}

const gathering: NumbersRule = (node, { numbers, constants }) => {
  const [from, indices] = [numbers(0), constants(1)];
  if (from === null || indices === null || numberAttribute(node, 'axis', 0) !== 0) return null;
  return indices.map((index) => from.at(index) as Extent);
};

const slicing: NumbersRule = (_, { numbers, constants }) => {
  const from = numbers(0);
  const slices = from === null ? null : slicedAxes([from.length], constants);
  if (from === null || slices?.length !== 1) return null;
  const [{ from: first, to, step }] = slices;
  return from.slice(first, to).filter((_, index) => index % step === 0);
};

const concatenation: NumbersRule = (node, { numbers }) => {
  const parts = node.inputs.map((_, index) => numbers(index));
  return parts.includes(null) ? null : (parts as Shape[]).flat();
};

export const numbersRules: ReadonlyMap<string, NumbersRule> = new Map<string, NumbersRule>([
  ['Shape', (_, { shape }) => shape(0)],
  ...['Identity', 'Cast', 'Squeeze', 'Unsqueeze'].map((same): [string, NumbersRule] => [same, asInput]),
  ['Add', elementwise((a, b) => a + b)],
  ['Sub', elementwise((a, b) => a - b)],
  ['Mul', elementwise((a, b) => a * b)],
  ['Div', elementwise(wholeQuotient)],
  ['Gather', gathering],
  ['Slice', slicing],
  ['Concat', concatenation],
]);
