import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { onnx, type SelfpasteError, stream } from '../../core/index.ts';
import type { Backend } from '../backend.ts';
import { assertClose } from '../kernels/derivatives.contract.ts';
import { Compilation } from './compilation.ts';
import { compileGraph } from './graph-function.ts';
import { INTEGER_OPERATORS } from './operators/integers.ts';
import { parameterLayout, readParameters } from './parameters.ts';

/** A value of a case, elements little-endian in base64. */
interface GoldenTensor {
  readonly name: string;
  readonly type: 'float32' | 'int32' | 'int64';
  readonly dims: readonly number[];
  readonly data: string;
}

/** A model of one node with an example of what it does; see test/golden/make/onnx-operators.py. */
interface GoldenCase {
  readonly name: string;
  readonly model: string;
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
}

/** Largest difference relative to the largest number of the output. */
const VALUE_TOLERANCE = 1e-5;
/** Of a derivative along a direction, against a difference in single precision. */
const SLOPE_TOLERANCE = 1e-2;
const SLOPE_STEP = 1e-3;

/** Without a slope to measure: at a kink, of numbers beyond single precision's steps, or with so many windows that in one the largest changes. */
const NO_SLOPE = /^(constant|leakyrelu_example|softmax_large_number|maxpool_2d_(default|same_.*|pads|strides))$/;

/** What is refused, by the names of cases, and the words of the refusal. */
const REFUSED: readonly (readonly [RegExp, RegExp])[] = [
  [/^batchnorm_.*_training_mode$/, /a BatchNormalization in training mode/],
  [/^conv_dilated$|^maxpool_2d_dilations$|^convtranspose_dilations$/, /with dilations/],
  [/^conv_depthwise_unequal_strides$/, /a depthwise Conv with two different strides/],
  [/^(convtranspose|maxpool)_[13]d/, /of another kind than over rows and columns/],
  [/^convtranspose_(output_shape|kernel_shape|autopad_same)$/, /whose padding follows from its output/],
  [/^convtranspose_group_2/, /a ConvTranspose with groups/],
  [/^maxpool_with_argmax/, /a MaxPool with indices/],
  [/^maxpool_2d_ceil/, /a MaxPool with ceil_mode/],
  [/^resize_.*_not_(larger|smaller)$/, /a Resize that keeps the aspect ratio/],
  [/^resize_.*_linear_antialias$/, /a Resize with antialias/],
  [/^resize_.*_cubic/, /a cubic Resize/],
  [/^resize_tf_crop_and_resize/, /a Resize by tf_crop_and_resize and round_prefer_floor/],
  [/^resize_downsample_scales_linear_align_corners$/, /a Resize with align_corners by a fraction/],
  [/^slice_neg_steps$/, /a Slice with steps/],
  [/^slice_of_shape_steps$/, /a Slice of a shape with steps/],
  [/^gather_(0|1|2d_indices|negative_indices)$/, /operator Gather/],
  [/^cast_double$/, /a Cast to another type than float/],
  [/^cast_of_shape_to_float$/, /a Cast of a shape to another type than integers/],
];

/** Every operator of the importer against the ONNX project's own examples of it, on one backend. */
export function testOperators(backend: Backend): void {
  const file = join(process.cwd(), 'test/golden/onnx-operators.json');
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly GoldenCase[] };
  for (const golden of cases) {
    const refusal = REFUSED.find(([names]) => names.test(golden.name))?.[1];
    if (refusal) test(`${backend.name}: ${golden.name} is refused`, () => assertRefused(backend, golden, refusal));
    else test(`${backend.name}: ${golden.name}`, () => (isOfNumbers(golden) ? assertNumbers : assertCase)(backend, golden));
  }
}

function assertRefused({ tf, kernels }: Backend, golden: GoldenCase, words: RegExp): void {
  const before = tf.memory().numTensors;
  const isRefusal = ({ code, message }: SelfpasteError) =>
    code === 'MODEL_UNSUPPORTED_OPERATOR' && words.test(message) && / at node "/.test(message);
  assert.throws(() => compileGraph(modelOf(golden, 'plain'), tf, kernels), isRefusal);
  assert.equal(tf.memory().numTensors, before);
}

/** Whether the result is whole numbers, as shapes have them. */
const isOfNumbers = ({ outputs: [output] }: GoldenCase): boolean => output.type !== 'float32';

/** Whole numbers never come out of a graph, so that their operator itself is asked for them. */
function assertNumbers({ tf, kernels }: Backend, golden: GoldenCase): void {
  const { graph, ...model } = onnx.decodeModel(Buffer.from(golden.model, 'base64'));
  const [node] = graph.nodes;
  const { tensor, constants } = inputsOf(golden);
  const input = { name: tensor?.name ?? '', shape: tensor?.dims ?? [] };
  const compilation = new Compilation({ ...model, graph: { ...graph, initializers: constants.map(initializer) } }, input, tf, kernels);
  const compute = (INTEGER_OPERATORS[node.opType] as NonNullable<(typeof INTEGER_OPERATORS)[string]>)(node, compilation);
  tf.tidy(() => {
    const x = input.shape.length === 4 ? pictures(tf, golden, 'features') : tf.zeros([...input.shape]);
    const given = { images: tf.zeros<Tf.Rank.R4>([1, 1, 1, 1]), parameter: () => x, mode: { kind: 'inference' } as const };
    const numbers = compute({ ...given, tensors: new Map([[input.name, x]]), integers: new Map() });
    assert.deepEqual(numbers, [...onnx.tensorValues(initializer(golden.outputs[0]))]);
  });
}

/** The inputs of a case: the first comes from the pictures, unless it is whole numbers; all others are constants. */
function inputsOf({ inputs }: GoldenCase): { readonly tensor: GoldenTensor | undefined; readonly constants: readonly GoldenTensor[] } {
  const tensor = inputs[0]?.type === 'float32' ? inputs[0] : undefined;
  return { tensor, constants: tensor === undefined ? inputs : inputs.slice(1) };
}

/** As a feature map and as a plain value: layouts may not change what an operator means. */
function assertCase(backend: Backend, golden: GoldenCase): void {
  const { tf } = backend;
  const before = tf.memory().numTensors;
  assertRuns(backend, golden, 'plain');
  if (golden.inputs[0]?.dims.length === 4) assertRuns(backend, golden, 'features');
  assert.equal(tf.memory().numTensors, before, 'tensors are left');
}

function assertRuns(backend: Backend, golden: GoldenCase, given: 'features' | 'plain'): void {
  const { tf, kernels } = backend;
  const model = modelOf(golden, given);
  const graph = compileGraph(model, tf, kernels);
  const parameters = parametersOf(backend, model);
  const names = [...parameters.keys()];
  const input = tf.tidy(() => pictures(tf, golden, given));
  const compute = (images: Tf.Tensor, weights: readonly Tf.Tensor[]) =>
    graph.run(
      { images: images as Tf.Tensor4D, parameter: (name) => weights[names.indexOf(name)] as Tf.Tensor, mode: { kind: 'inference' } },
      golden.outputs.map(({ name }) => `${name} as in the file`),
    );
  tf.tidy(() => {
    compute(input, [...parameters.values()]).forEach((actual, index) => {
      const { name, dims, data } = golden.outputs[index] as GoldenTensor;
      assert.deepEqual(actual.shape, dims, `shape of ${name} (${given})`);
      assertClose([...actual.dataSync()], [...floats(data)], VALUE_TOLERANCE, `${name} (${given})`);
    });
  });
  if (!NO_SLOPE.test(golden.name)) {
    // A norm's running statistics, which come last, do not learn.
    const learning = parameterLayout(model).trainable.length;
    const [weights, statistics] = [[...parameters.values()].slice(0, learning), [...parameters.values()].slice(learning)];
    assertSlope(tf, [input, ...weights], (images, ...moved) => compute(images as Tf.Tensor, [...moved, ...statistics]));
  }
  graph.dispose();
  tf.dispose([input, ...parameters.values()]);
}

/** Parameters of a model by name, as tensors of TF.js. */
export function parametersOf({ tf }: Backend, model: onnx.Model): ReadonlyMap<string, Tf.Tensor> {
  const layout = parameterLayout(model);
  const { weights, statistics } = readParameters(model, layout);
  const slots = [
    ...layout.trainable.map(({ name, shape }) => ({ name, shape })),
    ...layout.statistics.flatMap(({ mean, variance, channels }) => [mean, variance].map((name) => ({ name, shape: [channels] }))),
  ];
  const all = new Float32Array(weights.length + statistics.length);
  all.set(weights);
  all.set(statistics, weights.length);
  let at = 0;
  return new Map(
    slots.map(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1);
      at += length;
      return [name, tf.tensor(all.slice(at - length, at), [...shape])];
    }),
  );
}

/** The gradient, in the input and in all weights, along a random direction, against a difference. */
function assertSlope(tf: Backend['tf'], at: readonly Tf.Tensor[], compute: (...inputs: Tf.Tensor[]) => readonly Tf.Tensor[]): void {
  tf.tidy(() => {
    const value = (...inputs: Tf.Tensor[]): Tf.Scalar =>
      tf.addN(compute(...inputs).map((x, index) => tf.sum(tf.mul(x, random(tf, x.shape, 'probe', index))))) as Tf.Scalar;
    const directions = at.map((x, index) => random(tf, x.shape, 'direction', index));
    const moved = (by: number) => value(...at.map((x, index) => tf.add(x, tf.mul(directions[index] as Tf.Tensor, by)))).dataSync()[0];
    const gradients = tf.grads(value)([...at]);
    const slope = tf.addN(gradients.map((gradient, index) => tf.sum(tf.mul(gradient, directions[index] as Tf.Tensor)))).dataSync()[0];
    const difference = (moved(SLOPE_STEP) - moved(-SLOPE_STEP)) / (2 * SLOPE_STEP);
    assertClose([slope, 1], [difference, 1], SLOPE_TOLERANCE, 'slope');
  });
}

function random(tf: Backend['tf'], shape: readonly number[], ...keys: readonly (string | number)[]): Tf.Tensor {
  const rng = stream(3, ...keys);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => rng.uniform(-1, 1)),
    [...shape],
  );
}

/** The first input as pictures: as they are, or as channels of one pixel, for {@link modelOf} to reshape. */
function pictures(tf: Backend['tf'], { inputs: [input] }: GoldenCase, given: 'features' | 'plain'): Tf.Tensor {
  if (input === undefined) return tf.zeros([1, 1, 1, 1]);
  const values = floats(input.data);
  return given === 'features'
    ? tf.transpose(tf.tensor(values, [...input.dims]), [0, 2, 3, 1])
    : tf.tensor(values, [1, 1, 1, values.length]);
}

/** The case's model with its constants as initializers, and between nodes that give and take plain values. */
function modelOf(golden: GoldenCase, given: 'features' | 'plain'): onnx.Model {
  const { model, outputs } = golden;
  const { tensor: first, constants } = inputsOf(golden);
  const decoded = onnx.decodeModel(Buffer.from(model, 'base64'));
  const reshape = (from: string, to: string, dims: readonly number[]) => ({
    node: { name: to, opType: 'Reshape', domain: '', inputs: [from, `${to} shape`], outputs: [to], attributes: new Map() },
    shape: onnx.intTensor(`${to} shape`, [dims.length], dims),
  });
  const before = first !== undefined && given === 'plain' ? [reshape('pictures', first.name, first.dims)] : [];
  const after = outputs.map(({ name, dims }) => reshape(name, `${name} as in the file`, new Array<number>(dims.length).fill(0)));
  const graph: onnx.Graph = {
    ...decoded.graph,
    nodes: [...before.map(({ node }) => node), ...decoded.graph.nodes, ...after.map(({ node }) => node)],
    initializers: [...constants.map(initializer), ...before.map(({ shape }) => shape), ...after.map(({ shape }) => shape)],
    inputs: [{ name: given === 'plain' ? 'pictures' : (first?.name ?? ''), dataType: onnx.DataType.float32, shape: [1, 1, 1, 1] }],
  };
  return { ...decoded, graph };
}

function initializer({ name, type, dims, data }: GoldenTensor): onnx.Tensor {
  return { name, dims, dataType: onnx.DataType[type], bytes: Buffer.from(data, 'base64') };
}

const floats = (data: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer);
