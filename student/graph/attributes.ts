import type { onnx } from '../../core/index.ts';

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
