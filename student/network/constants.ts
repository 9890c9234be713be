import type { onnx } from '../../core/index.ts';
import { constantOf } from '../nodes.ts';

/** What a graph computes, without its outer wrapping. */
export type GraphBody = Pick<onnx.Graph, 'nodes' | 'initializers'>;

/**
 * The same graph with all its constants as initializers: exporters also write them as Constant nodes, and share one by way of Identity nodes.
 * A shared weight stays one initializer, so that training goes on to move it as one.
 */
export function withPlainConstants({ nodes, initializers }: GraphBody): GraphBody {
  const constants = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const aliases = new Map<string, string>();
  const rest: onnx.Node[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => aliases.get(name) ?? name);
    const [output] = node.outputs as [string];
    const tensor = node.opType === 'Constant' ? constantOf(node) : undefined;
    if (tensor !== undefined) constants.set(output, tensor);
    else if (node.opType === 'Identity' && constants.has(inputs[0] as string)) aliases.set(output, inputs[0] as string);
    else rest.push({ ...node, inputs });
  }
  return { nodes: rest, initializers: [...constants.values()] };
}
