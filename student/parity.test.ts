import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { onnx, stream } from '../core/index.ts';
import { buildStudent, type StudentSpec } from './architecture.ts';
import { type Backend, loadBackend } from './backend.ts';
import { compileGraph } from './graph-function.ts';
import { parameterLayout, readParameters, writeParameters } from './parameters.ts';

/** Largest difference of an output, relative to its largest value. */
const PARITY = 1e-4;

const specs: readonly StudentSpec[] = [
  { classNames: ['a', 'b', "c's"], inputSize: 64, strides: { levels: [4, 8, 16], prototype: 2 }, prototypes: 8, size: 'n' },
  { classNames: ['one'], inputSize: 96, strides: { levels: [8, 16, 32], prototype: 4 }, prototypes: 16, size: 's' },
];

for (const spec of specs) {
  test(`TF.js and ONNX Runtime agree on a student with strides ${spec.strides.levels}`, async () => {
    const backend = await loadBackend('auto', 1);
    const model = withRandomStatistics(buildStudent(spec, 7));
    const pixels = randomPixels(spec.inputSize);
    const expected = await runOnnx(model, spec.inputSize, pixels);
    const actual = runTf(backend, model, spec.inputSize, pixels);
    for (const name of ['output0', 'output1']) {
      const difference = relativeDifference(actual[name]!, expected[name]!);
      assert.ok(difference < PARITY, `${name} differs by ${difference} on ${backend.name}`);
    }
  });
}

test('weights written back into the graph come out as they went in', () => {
  const model = buildStudent(specs[0]!, 3);
  const layout = parameterLayout(model);
  const values = readParameters(model, layout);
  const doubled = { weights: values.weights.map((w) => 2 * w), statistics: values.statistics.map((s) => s + 1) };
  const again = readParameters(onnx.decodeModel(onnx.encodeModel(writeParameters(model, layout, doubled))), layout);
  assert.deepEqual(again, doubled);
});

test('the same seed builds the same bytes, another seed others', () => {
  const bytes = (seed: number) => Buffer.from(onnx.encodeModel(buildStudent(specs[0]!, seed)));
  assert.ok(bytes(1).equals(bytes(1)));
  assert.ok(!bytes(1).equals(bytes(2)));
});

test('an operator that training does not know is named with its node', async () => {
  const { tf, kernels } = await loadBackend('auto', 1);
  const model = buildStudent(specs[0]!, 1);
  const nodes = [
    ...model.graph.nodes,
    { name: 'odd', opType: 'Einsum', domain: '', inputs: ['output0'], outputs: ['x'], attributes: new Map() },
  ];
  assert.throws(() => compileGraph({ ...model, graph: { ...model.graph, nodes } }, tf, kernels), /got operator Einsum at node "odd"/);
});

/** Running statistics unlike the initial 0 and 1, so that a swap of mean and variance would show. */
function withRandomStatistics(model: onnx.Model): onnx.Model {
  const layout = parameterLayout(model);
  const values = readParameters(model, layout);
  const rng = stream(5, 'statistics');
  return writeParameters(model, layout, { weights: values.weights, statistics: values.statistics.map(() => rng.uniform(0.1, 0.8)) });
}

function randomPixels(size: number): Float32Array {
  const rng = stream(1, 'pixels');
  return Float32Array.from({ length: size * size * 3 }, () => rng.next());
}

async function runOnnx(model: onnx.Model, size: number, pixels: Float32Array): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(onnx.encodeModel(model), { intraOpNumThreads: 1 });
  const planar = new Float32Array(pixels.length);
  for (let at = 0; at < size * size; at++) for (let c = 0; c < 3; c++) planar[c * size * size + at] = pixels[at * 3 + c]!;
  const outputs = await session.run({ images: new ort.Tensor('float32', planar, [1, 3, size, size]) });
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

function runTf({ tf, kernels }: Backend, model: onnx.Model, size: number, pixels: Float32Array): Record<string, Float32Array> {
  const layout = parameterLayout(model);
  const { weights, statistics } = readParameters(model, layout);
  const parameters = new Map<string, Tf.Tensor>();
  const reader = (values: Float32Array) => {
    let at = 0;
    return (length: number) => {
      at += length;
      return values.slice(at - length, at);
    };
  };
  const nextWeights = reader(weights);
  for (const { name, shape, length } of layout.trainable) parameters.set(name, tf.tensor(nextWeights(length), [...shape]));
  const nextStatistics = reader(statistics);
  for (const { mean, variance, channels } of layout.statistics) {
    parameters.set(mean, tf.tensor1d(nextStatistics(channels)));
    parameters.set(variance, tf.tensor1d(nextStatistics(channels)));
  }
  for (const tensor of model.graph.initializers)
    if (!parameters.has(tensor.name) && tensor.dataType === 1)
      parameters.set(tensor.name, tf.tensor(onnx.tensorValues(tensor), [...tensor.dims]));
  const images = tf.tensor4d(pixels, [1, size, size, 3]);
  const run = compileGraph(model, tf, kernels).run({ images, parameter: (name) => parameters.get(name)!, mode: { kind: 'inference' } }, [
    'output0',
    'output1',
  ]);
  const planarPrototypes = tf.transpose(run[1]!, [0, 3, 1, 2]);
  return { output0: run[0]!.dataSync() as Float32Array, output1: planarPrototypes.dataSync() as Float32Array };
}

function relativeDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  let difference = 0;
  for (let at = 0; at < a.length; at++) {
    largest = Math.max(largest, Math.abs(b[at]!));
    difference = Math.max(difference, Math.abs(a[at]! - b[at]!));
  }
  return difference / largest;
}
