/** What nodes and tensors of an ONNX graph mean, the same to a warm start (`network/`) and to the importer (`graph/`). */
import { onnx } from '../core/index.ts';

/** A node's whole or real number. */
export function numberAttribute(node: onnx.Node, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
}

/** A node's list of whole numbers. */
export function numbersAttribute<Otherwise>(node: onnx.Node, name: string, otherwise: Otherwise): readonly number[] | Otherwise {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : otherwise;
}

export function textAttribute(node: onnx.Node, name: string, otherwise: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
}

/** The value of a Constant node, under the name of its output; undefined for kinds that no network of the family has (strings, sparse tensors). */
export function constantOf(node: onnx.Node): onnx.Tensor | undefined {
  const name = node.outputs[0] as string;
  const [attribute] = node.attributes.values();
  switch (attribute?.kind) {
    case 'tensor':
      return { ...attribute.value, name };
    case 'float':
      return onnx.floatTensor(name, [], Float32Array.of(attribute.value));
    case 'floats':
      return onnx.floatTensor(name, [attribute.value.length], Float32Array.from(attribute.value));
    case 'int':
      return onnx.intTensor(name, [], [attribute.value]);
    case 'ints':
      return onnx.intTensor(name, [attribute.value.length], attribute.value);
    default:
      return undefined;
  }
}

/** Lengths of a Split's outputs: of its attribute (before opset 13), as given by its input, or equal ones of which the last may be shorter. */
export function splitLengths(node: onnx.Node, length: number, given: readonly number[] | null): readonly number[] {
  const lengths = numbersAttribute(node, 'split', given);
  if (lengths !== null) return lengths;
  const part = Math.ceil(length / node.outputs.length);
  return node.outputs.map((_, index) => Math.max(0, Math.min(part, length - index * part)));
}

/** 0, 1, 2, ...: not a weight but the bins of a distribution, whose mean a convolution or a matrix takes. */
export function isBins(tensor: onnx.Tensor): boolean {
  const values = onnx.tensorValues(tensor);
  return values.length > 1 && values.every((value: number, bin: number) => value === bin);
}

/** ONNX divides whole numbers towards zero. */
export const wholeQuotient = (a: number, b: number): number => Math.trunc(a / b);
