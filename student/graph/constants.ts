import { onnx } from '../../core/index.ts';
import { constantOf } from '../nodes.ts';

/** What a graph's file knows before it runs: initializers, Constant nodes, and other names that Identity nodes give them. */
export class GraphConstants {
  readonly #tensors: ReadonlyMap<string, onnx.Tensor>;

  constructor({ initializers, nodes }: Pick<onnx.Graph, 'initializers' | 'nodes'>) {
    const tensors = new Map(initializers.map((tensor) => [tensor.name, tensor]));
    for (const node of nodes) {
      const value =
        node.opType === 'Constant' ? constantOf(node) : node.opType === 'Identity' ? tensors.get(node.inputs[0] ?? '') : undefined;
      if (value !== undefined) tensors.set(node.outputs[0] as string, value);
    }
    this.#tensors = tensors;
  }

  /** The constant that a name stands for; its own name is that of its initializer. */
  get(name: string | undefined): onnx.Tensor | undefined {
    return this.#tensors.get(name ?? '');
  }
}

/** Whole numbers, as shapes and axes have them. */
export const isInteger = ({ dataType }: onnx.Tensor): boolean => dataType === onnx.DataType.int64 || dataType === onnx.DataType.int32;
