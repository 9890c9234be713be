import { onnx } from '../../core/index.ts';
import type { GraphBody } from './constants.ts';
import { OTHER_SOURCE, refusal, showNode } from './refusal.ts';
import type { Extent, Shape } from './shape.ts';
import type { Shapes } from './shape-inference.ts';

/** A node as it is at the new size, and the constants that it reads instead of old ones. */
interface Rewritten {
  readonly node: onnx.Node;
  readonly constants: readonly onnx.Tensor[];
}

/**
 * The part of a graph that makes the wanted values, for any number of pictures of the new size: the sizes inside Reshape and Resize nodes
 * are written anew, everything else stays as it is. Throws what {@link checkShapes} throws.
 */
export function resizedGraph({ nodes, initializers }: GraphBody, shapes: Shapes, wanted: readonly string[]): GraphBody {
  checkShapes(nodes, shapes, wanted);
  const kept = ancestors(nodes, wanted).map((node) => rewritten(node, shapes));
  const needed = new Set(kept.flatMap(({ node }) => node.inputs));
  const written = kept.flatMap(({ constants }) => constants);
  const newNames = new Set(written.map(({ name }) => name));
  const old = initializers.filter(({ name }) => needed.has(name) && !newNames.has(name));
  return { nodes: kept.map(({ node }) => node), initializers: [...old, ...written] };
}

/** Throws MODEL_NO_WARM_START for the first node on the way to the wanted values whose sizes cannot be told. */
export function checkShapes(nodes: readonly onnx.Node[], shapes: Shapes, wanted: readonly string[]): void {
  const unknown = ancestors(nodes, wanted).find(({ outputs }) => !shapes.has(outputs[0] as string));
  if (unknown !== undefined) throw unknownNode(unknown);
}

/** The nodes that the wanted values depend on, less those that only compute sizes, in their order. */
function ancestors(nodes: readonly onnx.Node[], wanted: readonly string[]): readonly onnx.Node[] {
  const needed = new Set(wanted);
  const found: onnx.Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    for (const input of node.inputs.slice(0, holdsSizes(node) ? -1 : undefined)) needed.add(input);
    found.push(node);
  }
  return found.reverse();
}

/** Whether the last input is a list of sizes. */
const holdsSizes = ({ opType, inputs }: onnx.Node): boolean => opType === 'Reshape' || (opType === 'Resize' && (inputs[3] ?? '') !== '');

function rewritten(node: onnx.Node, shapes: Shapes): Rewritten {
  if (!holdsSizes(node)) return { node, constants: [] };
  const [input, output] = [node.inputs[0], node.outputs[0]].map((name) => shapes.get(name as string) as Shape) as [Shape, Shape];
  return node.opType === 'Reshape' ? newReshape(node, output) : newResize(node, input, output);
}

/** The batch is what is left, so that it stays open. */
function newReshape(node: onnx.Node, output: Shape): Rewritten {
  const dims = output.map(({ now, batch }) => (batch ? -1 : now));
  const shape = onnx.intTensor(`${node.outputs[0]}.shape`, [dims.length], dims);
  return { node: { ...node, inputs: [node.inputs[0] as string, shape.name] }, constants: [shape] };
}

/** By scales: sizes would fix the batch. */
function newResize(node: onnx.Node, input: Shape, output: Shape): Rewritten {
  const factors = Float32Array.from(output, ({ now }, axis) => now / (input[axis] as Extent).now);
  const scales = onnx.floatTensor(`${node.outputs[0]}.scales`, [factors.length], factors);
  return { node: { ...node, inputs: [...node.inputs.slice(0, 2), scales.name] }, constants: [scales] };
}

const unknownNode = (node: onnx.Node) =>
  refusal('a node of the network', 'an operator that training knows, with sizes that follow the input size', showNode(node), OTHER_SOURCE);
