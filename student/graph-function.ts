import type * as Tf from '@tensorflow/tfjs-core';
import { onnx, SelfpasteError } from '../core/index.ts';
import type { BatchStatistics, Kernels } from './kernels/kernels.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * An ONNX graph as a function of TF.js tensors, with its float initializers as parameters.
 *
 * Inside, pictures and feature maps run NHWC whatever the file says; each value's layout is resolved once, when the graph is
 * compiled to a list of closures. Shape letters: B batch, H W image, h w feature grid, C channels, A anchors.
 */
export interface GraphFunction {
  /** Runs the part of the graph that `wanted` needs. Feature maps come out NHWC, everything else as in the file. */
  run(inputs: GraphInputs, wanted: readonly string[]): readonly Tf.Tensor[];
}

export interface GraphInputs {
  /** [B, H, W, 3] float 0..1. */
  readonly images: Tf.Tensor4D;
  /** A parameter by the initializer's name; convolution kernels are [kh, kw, in, out]. */
  readonly parameter: (name: string) => Tf.Tensor;
  readonly mode: RunMode;
}

/** Training normalises by the batch and reports its statistics by the norm's name; inference uses the running ones. */
export type RunMode =
  | { readonly kind: 'inference' }
  | { readonly kind: 'training'; readonly collect: (norm: string, statistics: BatchStatistics) => void };

/** `features` are NHWC; `plain` keeps the file's axes. */
type Layout = 'features' | 'plain';

interface Step {
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  readonly apply: (values: ReadonlyMap<string, Tf.Tensor>, run: GraphInputs) => readonly Tf.Tensor[];
}

interface Compilation {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  readonly layouts: Map<string, Layout>;
  readonly initializers: ReadonlyMap<string, onnx.Tensor>;
}

/** Compiles a graph. Throws MODEL_UNSUPPORTED_OPERATOR, naming the node, for operators that training does not know. */
export function compileGraph(model: onnx.Model, tf: TensorFlow, kernels: Kernels): GraphFunction {
  const input = model.graph.inputs[0]?.name ?? '';
  const compilation: Compilation = {
    tf,
    kernels,
    layouts: new Map([[input, 'features']]),
    initializers: new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor])),
  };
  const steps = model.graph.nodes.map((node) => compileNode(node, compilation));
  return {
    run(inputs, wanted) {
      const values = new Map<string, Tf.Tensor>([[input, inputs.images]]);
      for (const step of needed(steps, wanted)) {
        const results = step.apply(values, inputs);
        step.outputs.forEach((name, index) => {
          values.set(name, results[index] as Tf.Tensor);
        });
      }
      return wanted.map((name) => values.get(name) as Tf.Tensor);
    },
  };
}

/** The steps that the wanted values depend on, in order. */
function needed(steps: readonly Step[], wanted: readonly string[]): readonly Step[] {
  const names = new Set(wanted);
  const kept: Step[] = [];
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Step;
    if (!step.outputs.some((name) => names.has(name))) continue;
    for (const name of step.inputs) names.add(name);
    kept.unshift(step);
  }
  return kept;
}

type Operator = (node: onnx.Node, compilation: Compilation) => { readonly layout: Layout; readonly apply: Step['apply'] };

function compileNode(node: onnx.Node, compilation: Compilation): Step {
  const operator = node.domain === '' ? OPERATORS[node.opType] : undefined;
  if (operator === undefined) throw unsupported(node, `operator ${node.opType}`);
  const { layout, apply } = operator(node, compilation);
  for (const name of node.outputs) compilation.layouts.set(name, layout);
  return { outputs: node.outputs, inputs: node.inputs.filter((name) => name !== ''), apply };
}

function unsupported(node: onnx.Node, what: string): SelfpasteError {
  return new SelfpasteError(
    'MODEL_UNSUPPORTED_OPERATOR',
    `Expected operators that training knows (${Object.keys(OPERATORS).join(', ')}), got ${what} at node "${node.name}"`,
    'train a student of selfpaste (student.init: random), or use this model as the teacher only',
  );
}

const isFeatures = (name: string, { layouts }: Compilation): boolean => layouts.get(name) === 'features';

/** A value of the run: computed before, or a parameter. */
const value = (name: string, values: ReadonlyMap<string, Tf.Tensor>, run: GraphInputs): Tf.Tensor =>
  values.get(name) ?? run.parameter(name);

const numberAttribute = (node: onnx.Node, name: string, otherwise: number): number => {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' || attribute?.kind === 'float' ? attribute.value : otherwise;
};
const numbersAttribute = (node: onnx.Node, name: string): readonly number[] | null => {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : null;
};
const textAttribute = (node: onnx.Node, name: string, otherwise: string): string => {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : otherwise;
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  Conv: (node, { tf, kernels }) => {
    const [input, weight, bias] = node.inputs as [string, string, string | undefined];
    const strides = (numbersAttribute(node, 'strides') ?? [1, 1]) as [number, number];
    const kernel = numbersAttribute(node, 'kernel_shape') ?? [0];
    const same = textAttribute(node, 'auto_pad', 'NOTSET') === 'SAME_UPPER' || kernel.every((side) => side === 1);
    if (!same) throw unsupported(node, 'a Conv whose padding is not auto_pad SAME_UPPER');
    if (numberAttribute(node, 'group', 1) !== 1) throw unsupported(node, 'a Conv with groups');
    const apply: Step['apply'] = (values, run) => {
      const x = tf.conv2d(value(input, values, run) as Tf.Tensor4D, run.parameter(weight) as Tf.Tensor4D, strides, 'same');
      return [bias ? kernels.bias(x, run.parameter(bias) as Tf.Tensor1D) : x];
    };
    return { layout: 'features', apply };
  },
  BatchNormalization: (node, { tf, kernels }) => {
    const [input, scale, offset, mean, variance] = node.inputs as [string, string, string, string, string];
    const epsilon = numberAttribute(node, 'epsilon', 1e-5);
    const apply: Step['apply'] = (values, run) => {
      const x = value(input, values, run) as Tf.Tensor4D;
      const [gamma, beta] = [run.parameter(scale) as Tf.Tensor1D, run.parameter(offset) as Tf.Tensor1D];
      const { mode } = run;
      if (mode.kind === 'training')
        return [kernels.batchNorm(x, gamma, beta, epsilon, (statistics) => mode.collect(node.name, statistics))];
      return [tf.batchNorm(x, run.parameter(mean) as Tf.Tensor1D, run.parameter(variance) as Tf.Tensor1D, beta, gamma, epsilon)];
    };
    return { layout: 'features', apply };
  },
  Relu: unary((x, { kernels }) => kernels.relu(x)),
  Sigmoid: unary((x, { tf }) => tf.sigmoid(x)),
  Softplus: unary((x, { tf }) => tf.softplus(x)),
  Add: binary((a, b, { tf }) => tf.add(a, b)),
  Sub: binary((a, b, { tf }) => tf.sub(a, b)),
  Mul: binary((a, b, { tf }) => tf.mul(a, b)),
  Concat: (node, compilation) => {
    const { tf } = compilation;
    const features = node.inputs.some((name) => isFeatures(name, compilation));
    const axis = numberAttribute(node, 'axis', 1);
    const at = features ? ([0, 3, 1, 2][axis] ?? axis) : axis;
    return {
      layout: features ? 'features' : 'plain',
      apply: (values, run) => [
        tf.concat(
          node.inputs.map((name) => value(name, values, run)),
          at,
        ),
      ],
    };
  },
  Resize: (node, { kernels, initializers }) => {
    const scales = initializers.get(node.inputs[2] ?? '');
    const doubling = scales !== undefined && String([...onnx.tensorValues(scales)]) === '1,1,2,2';
    if (textAttribute(node, 'mode', 'nearest') !== 'nearest' || !doubling)
      throw unsupported(node, 'a Resize that is not nearest-neighbour doubling');
    return { layout: 'features', apply: (values, run) => [kernels.upsample(value(node.inputs[0] as string, values, run) as Tf.Tensor4D)] };
  },
  Reshape: (node, compilation) => {
    const { tf, initializers } = compilation;
    const [input, shape] = node.inputs as [string, string];
    const wanted = initializers.get(shape);
    if (wanted === undefined) throw unsupported(node, 'a Reshape whose shape is computed');
    const dims = [...onnx.tensorValues(wanted)];
    const features = isFeatures(input, compilation);
    const apply: Step['apply'] = (values, run) => {
      const x = value(input, values, run);
      const plain = features ? tf.transpose(x, [0, 3, 1, 2]) : x;
      return [
        tf.reshape(
          plain,
          dims.map((dim, axis) => (dim === 0 ? (plain.shape[axis] as number) : dim)),
        ),
      ];
    };
    return { layout: 'plain', apply };
  },
  Split: (node, compilation) => {
    const { tf, initializers } = compilation;
    const [input, sizes] = node.inputs as [string, string | undefined];
    const lengths = initializers.get(sizes ?? '');
    if (lengths === undefined || isFeatures(input, compilation))
      throw unsupported(node, 'a Split without constant sizes, or of feature maps');
    const parts = [...onnx.tensorValues(lengths)];
    const axis = numberAttribute(node, 'axis', 0);
    return { layout: 'plain', apply: (values, run) => tf.split(value(input, values, run), parts, axis) };
  },
};

function unary(compute: (x: Tf.Tensor, compilation: Compilation) => Tf.Tensor): Operator {
  return (node, compilation) => {
    const input = node.inputs[0] as string;
    return { layout: compilation.layouts.get(input) ?? 'plain', apply: (values, run) => [compute(value(input, values, run), compilation)] };
  };
}

/** Both operands have one layout; a parameter broadcasts in the file's own axes, so it meets plain values only. */
function binary(compute: (a: Tf.Tensor, b: Tf.Tensor, compilation: Compilation) => Tf.Tensor): Operator {
  return (node, compilation) => {
    const [a, b] = node.inputs as [string, string];
    const features = isFeatures(a, compilation);
    if (features !== isFeatures(b, compilation)) throw unsupported(node, `a ${node.opType} of a feature map and a constant`);
    return {
      layout: features ? 'features' : 'plain',
      apply: (values, run) => [compute(value(a, values, run), value(b, values, run), compilation)],
    };
  };
}
