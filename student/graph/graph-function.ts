import type * as Tf from '@tensorflow/tfjs-core';
import type { onnx } from '../../core/index.ts';
import { badValue } from '../../core/index.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { Compilation } from './compilation.ts';
import { unsupported } from './operator.ts';
import { OPERATORS } from './operators/index.ts';
import { INTEGER_OPERATORS } from './operators/integers.ts';
import type { GraphInputs, Run } from './run.ts';

export type { GraphInputs, RunMode } from './run.ts';

/**
 * An ONNX graph as a function of TF.js tensors, differentiable in its parameters.
 *
 * Inside, pictures and feature maps run NHWC whatever the file says; each value's layout is resolved once, when the graph is
 * compiled to a list of closures. The file's constants are held here. A file that was exported for one picture runs any number:
 * where it reshapes to a first axis of 1, the pictures' axis is meant. Shape letters: B batch, H W image, h w feature grid, C channels, A anchors.
 */
export interface GraphFunction {
  /** Runs the part of the graph that `wanted` needs. Feature maps come out NHWC, everything else as in the file. */
  run(inputs: GraphInputs, wanted: readonly string[]): readonly Tf.Tensor[];
  /** Frees the constants; the graph cannot run any more. */
  dispose(): void;
}

/** A compiled node: puts its outputs into the run. */
interface Step {
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  readonly apply: (run: Run) => void;
}

/** Compiles a graph. Throws MODEL_UNSUPPORTED_OPERATOR, naming the node, for operators that training does not know. */
export function compileGraph(model: onnx.Model, tf: TensorFlow, kernels: Kernels): GraphFunction {
  const { nodes, initializers, inputs } = model.graph;
  const known = new Set(initializers.map(({ name }) => name));
  const input = inputs.find(({ name }) => !known.has(name)) ?? { name: '', shape: [] };
  const compilation = new Compilation(model, input, tf, kernels);
  const steps = compileNodes(nodes, compilation);
  return {
    run(given, wanted) {
      const run: Run = { ...given, tensors: new Map([[input.name, given.images]]), integers: new Map() };
      for (const { apply } of needed(steps, wanted)) apply(run);
      return wanted.map((name) => {
        const value = run.tensors.get(name);
        if (value === undefined) throw badValue('wanted', 'a value of the graph', name);
        return value;
      });
    },
    dispose: () => compilation.dispose(),
  };
}

function compileNodes(nodes: readonly onnx.Node[], compilation: Compilation): readonly Step[] {
  try {
    return nodes.filter(({ outputs }) => compilation.constant(outputs[0]) === undefined).map((node) => compileNode(node, compilation));
  } catch (error) {
    compilation.dispose();
    throw error;
  }
}

/** The steps that the wanted values depend on, in order. */
function needed(steps: readonly Step[], wanted: readonly string[]): readonly Step[] {
  const names = new Set(wanted);
  return steps
    .toReversed()
    .filter(({ outputs, inputs }) => {
      const isNeeded = outputs.some((name) => names.has(name));
      if (isNeeded) for (const name of inputs) names.add(name);
      return isNeeded;
    })
    .reverse();
}

function compileNode(node: onnx.Node, compilation: Compilation): Step {
  const known = node.domain === '' || node.domain === 'ai.onnx';
  const inputs = node.inputs.filter((name) => name !== '');
  const ofIntegers = known ? INTEGER_OPERATORS[node.opType] : undefined;
  if (ofIntegers !== undefined && (node.opType === 'Shape' || inputs.every((name) => compilation.isIntegers(name)))) {
    const compute = ofIntegers(node, compilation);
    compilation.makesIntegers(node.outputs);
    return { outputs: node.outputs, inputs, apply: (run) => run.integers.set(node.outputs[0] as string, compute(run)) };
  }
  const operator = known ? OPERATORS[node.opType] : undefined;
  if (operator === undefined) throw unsupported(node, `operator ${node.opType}`, Object.keys(OPERATORS));
  const { layout, compute } = operator(node, compilation);
  compilation.makes(node.outputs, layout);
  return { outputs: node.outputs, inputs, apply: (run) => setAll(run.tensors, node.outputs, compute(run)) };
}

function setAll(tensors: Map<string, Tf.Tensor>, names: readonly string[], values: readonly Tf.Tensor[]): void {
  names.forEach((name, index) => {
    if (name !== '') tensors.set(name, values[index] as Tf.Tensor);
  });
}
