import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../core/index.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { TensorFlow } from '../tensorflow.ts';
import { GraphConstants, isInteger } from './constants.ts';
import { kernelShape, toKernelOrder } from './kernel-order.ts';
import { type Layout, relaid } from './layout.ts';
import { unsupported } from './operator.ts';
import { parameterLayout, weightUse } from './parameters.ts';
import type { Reader } from './run.ts';

/** What operators ask while a graph is compiled: where each value comes from, in which layout, and what is known already. */
export class Compilation {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  readonly #constants: GraphConstants;
  readonly #producers: ReadonlyMap<string, onnx.Node>;
  readonly #parameters: ReadonlySet<string>;
  readonly #layouts: Map<string, Layout>;
  readonly #integers = new Set<string>();
  readonly #kept = new Map<string, Tf.Tensor>();

  constructor(model: onnx.Model, input: Pick<onnx.ValueInfo, 'name' | 'shape'>, tf: TensorFlow, kernels: Kernels) {
    const { trainable, statistics } = parameterLayout(model);
    this.tf = tf;
    this.kernels = kernels;
    this.opset = model.opsets.get('') ?? model.opsets.get('ai.onnx') ?? 1;
    this.#constants = new GraphConstants(model.graph);
    this.#producers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    this.#parameters = new Set([...trainable.map(({ name }) => name), ...statistics.flatMap(({ mean, variance }) => [mean, variance])]);
    this.#layouts = new Map([[input.name, input.shape.length === 4 ? 'features' : 'plain']]);
  }

  /** Says that a node makes these tensors. */
  makes(names: readonly string[], layout: Layout): void {
    for (const name of names) this.#layouts.set(name, layout);
  }

  /** Says that a node makes whole numbers, not tensors. */
  makesIntegers(names: readonly string[]): void {
    for (const name of names) this.#integers.add(name);
  }

  /** The layout of a computed tensor; constants are plain. */
  layoutOf(name: string | undefined): Layout {
    return this.#layouts.get(name ?? '') ?? 'plain';
  }

  /** Features where any of these is, so that feature maps stay what they are and constants come to them. */
  commonLayout(names: readonly string[]): Layout {
    return names.some((name) => this.layoutOf(name) === 'features') ? 'features' : 'plain';
  }

  /** The node that makes a value. */
  producer(name: string | undefined): onnx.Node | undefined {
    return this.#producers.get(name ?? '');
  }

  constant(name: string | undefined): onnx.Tensor | undefined {
    return this.#constants.get(name);
  }

  /** Whether a value is whole numbers: a constant, or made from shapes. */
  isIntegers(name: string): boolean {
    const constant = this.constant(name);
    return constant === undefined ? this.#integers.has(name) : isInteger(constant);
  }

  /** An input as a tensor of the layout asked for. */
  tensor(node: onnx.Node, index: number, layout: Layout): Reader<Tf.Tensor> {
    const name = node.inputs[index] ?? '';
    const constant = this.constant(name);
    if (constant !== undefined) {
      if (this.#parameters.has(constant.name)) throw unsupported(node, `${node.opType} of the weight "${constant.name}"`);
      const kept = this.#keep(`${layout} ${constant.name}`, () =>
        relaid(this.tf, this.tf.tensor(onnx.tensorValues(constant), [...constant.dims], 'float32'), 'plain', layout),
      );
      return () => kept;
    }
    const from = this.#layouts.get(name);
    if (from === undefined) throw unsupported(node, `${node.opType} of "${name}", which is not computed from the pictures,`);
    return ({ tensors }) => relaid(this.tf, tensors.get(name) as Tf.Tensor, from, layout);
  }

  /** A weight or a norm's statistic in TF.js order: a parameter, or a constant where it does not train. */
  weight(node: onnx.Node, index: number): Reader<Tf.Tensor> {
    const weight = this.constant(node.inputs[index]);
    if (weight === undefined) throw unsupported(node, `${node.opType} whose weights are computed`);
    if (this.#parameters.has(weight.name)) return (run) => run.parameter(weight.name);
    const shape = kernelShape(weight.dims, weightUse(node, weight.dims));
    const values = toKernelOrder(onnx.tensorValues(weight) as Float32Array, weight.dims);
    const kept = this.#keep(`kernel [${shape}] ${weight.name}`, () => this.tf.tensor(values, [...shape], 'float32'));
    return () => kept;
  }

  /** An input of whole numbers, such as a shape. */
  integers(node: onnx.Node, index: number): Reader<readonly number[]> {
    const name = node.inputs[index] ?? '';
    const constant = this.constant(name);
    if (constant !== undefined) {
      const values = [...onnx.tensorValues(constant)];
      return () => values;
    }
    if (!this.#integers.has(name)) throw unsupported(node, `${node.opType} whose input "${name}" is computed from the pictures`);
    return ({ integers }) => integers.get(name) as readonly number[];
  }

  /** Frees the constants. */
  dispose(): void {
    this.tf.dispose([...this.#kept.values()]);
    this.#kept.clear();
  }

  #keep(key: string, make: () => Tf.Tensor): Tf.Tensor {
    const kept = this.#kept.get(key) ?? this.tf.tidy(() => this.tf.keep(make()));
    this.#kept.set(key, kept);
    return kept;
  }
}
