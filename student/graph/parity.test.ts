import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { onnx, stream } from '../../core/index.ts';
import { type Backend, loadBackend } from '../backend.ts';
import { buildStudent } from '../network/architecture.ts';
import { yoloSource } from '../network/yolo-sources.ts';
import { type FreshStudent, type StudentSize, stridesOf } from '../spec.ts';
import { compileGraph } from './graph-function.ts';
import { parametersOf } from './operators.contract.ts';
import { parameterLayout, readParameters, writeParameters } from './parameters.ts';

/** Largest difference of an output, relative to the largest number of its channel: a score is not measured in pixels. */
const PARITY = 1e-4;
/** A channel whose numbers are all smaller is measured against this: scores near 0 have few digits in ONNX Runtime's sigmoid. */
const SMALLEST = 0.01;
const OUTPUTS = ['output0', 'output1'] as const;

const backend = await loadBackend('auto', { threads: 1, deterministic: false });

for (const [size, levels] of [
  ['n', [4, 8, 16]],
  ['n', [8, 16, 32]],
  ['s', [4, 8, 16]],
  ['s', [8, 16, 32]],
  ['m', [4, 8, 16]],
] as const)
  test(`TF.js and ONNX Runtime agree on a student "${size}" with strides ${levels}`, () => assertParity(student(size, levels), 64));

for (const tail of ['joined', 'separate', 'open'] as const)
  test(`TF.js and ONNX Runtime agree on a network as YOLO-seg exports are written, ${tail}`, () =>
    assertParity(yoloSource({ tail, inputSize: 64 }), 64));

const pretrained = join(process.cwd(), '../shared/models/yolo11n-seg.onnx');
const absent = existsSync(pretrained) ? false : `${pretrained} is not there`;
test('TF.js and ONNX Runtime agree on YOLO11n-seg', { skip: absent }, () => assertParity(onnx.decodeModel(readFileSync(pretrained)), 640));

/** One picture against ONNX Runtime; then alone against after another, in one batch: files may be exported for one. */
async function assertParity(model: onnx.Model, size: number): Promise<void> {
  const before = backend.tf.memory().numTensors;
  const pictures = randomPictures(size, 2);
  const alone = pictures.slice(pictures.length / 2);
  const [expected, actual, both] = [
    await runOnnx(model, size, alone),
    runTf(backend, model, size, alone),
    runTf(backend, model, size, pictures),
  ];
  OUTPUTS.forEach((name, index) => {
    const toOnnx = relativeDifference(actual[index]!, expected[index]!);
    assert.ok(toOnnx <= PARITY, `${name} differs by ${toOnnx} on ${backend.name}`);
    const toBatch = relativeDifference(second(both[index]!), actual[index]!);
    assert.ok(toBatch <= PARITY, `${name} after another picture differs by ${toBatch} on ${backend.name}`);
  });
  assert.equal(backend.tf.memory().numTensors, before, 'tensors are left');
}

test('the same seed builds the same bytes, another seed others', () => {
  const bytes = (seed: number) => Buffer.from(onnx.encodeModel(buildStudent(plan('n', [4, 8, 16]), seed)));
  assert.ok(bytes(1).equals(bytes(1)));
  assert.ok(!bytes(1).equals(bytes(2)));
});

function plan(size: StudentSize, levels: readonly number[]): FreshStudent {
  return { classNames: ['a', 'b', "c's"], inputSize: 64, strides: stridesOf(levels), prototypes: 8, size };
}

/**
 * Running statistics unlike the initial 0 and 1, so that a swap of mean and variance would show: it moves channels by half of their largest.
 * Smaller variances let the signal grow from layer to layer, and rounding with it, until ONNX Runtime differs from itself, optimized or not.
 */
function student(size: StudentSize, levels: readonly number[]): onnx.Model {
  const model = buildStudent(plan(size, levels), 7);
  const layout = parameterLayout(model);
  const { weights, statistics } = readParameters(model, layout);
  const rng = stream(5, 'statistics');
  return writeParameters(model, layout, { weights, statistics: statistics.map(() => rng.uniform(0.3, 1)) });
}

/** A value by the file's axes, [B, C, ...]. */
interface Output {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Random pictures, [B, S, S, 3] in 0..1. */
function randomPictures(size: number, batch: number): Float32Array {
  const rng = stream(1, 'pixels');
  return Float32Array.from({ length: batch * size * size * 3 }, () => rng.next());
}

/** output0 and output1 by TF.js. */
function runTf(backend: Backend, model: onnx.Model, size: number, pictures: Float32Array): readonly Output[] {
  const { tf, kernels } = backend;
  const graph = compileGraph(model, tf, kernels);
  const parameters = parametersOf(backend, model);
  const images = tf.tensor4d(pictures, [pictures.length / (size * size * 3), size, size, 3]);
  const outputs = tf.tidy(() => {
    const inputs = { images, parameter: (name: string) => parameters.get(name) as Tf.Tensor, mode: { kind: 'inference' } as const };
    const [boxes, prototypes] = graph.run(inputs, ['output0', 'output1']) as [Tf.Tensor, Tf.Tensor];
    return [boxes, tf.transpose(prototypes, [0, 3, 1, 2])].map((x) => ({ shape: x.shape, data: x.dataSync() as Float32Array }));
  });
  graph.dispose();
  tf.dispose([images, ...parameters.values()]);
  return outputs;
}

/** output0 and output1 by ONNX Runtime. */
async function runOnnx(model: onnx.Model, size: number, pictures: Float32Array): Promise<readonly Output[]> {
  const session = await ort.InferenceSession.create(onnx.encodeModel(model), { intraOpNumThreads: 1 });
  const cells = size * size;
  const planar = pictures.map((_, at) => {
    const [picture, channel, cell] = [Math.floor(at / (3 * cells)), Math.floor(at / cells) % 3, at % cells];
    return pictures[(picture * cells + cell) * 3 + channel] as number;
  });
  const images = new ort.Tensor('float32', planar, [pictures.length / (3 * cells), 3, size, size]);
  const outputs = await session.run({ images });
  await session.release();
  return ['output0', 'output1'].map((name) => {
    const { dims, data } = outputs[name] as ort.Tensor;
    return { shape: dims, data: data as Float32Array };
  });
}

/** Largest difference of two outputs, relative to the largest number of its channel: a score is not measured in pixels. */
function relativeDifference(actual: Output, expected: Output): number {
  const [batch, channels, ...places] = expected.shape as [number, number, ...number[]];
  if (String(actual.shape) !== String(expected.shape)) return Number.NaN;
  const length = places.reduce((product, side) => product * side, 1);
  let worst = 0;
  for (let channel = 0; channel < channels; channel++) {
    let [largest, difference] = [0, 0];
    for (let picture = 0; picture < batch; picture++) {
      const from = (picture * channels + channel) * length;
      for (let at = from; at < from + length; at++) {
        largest = Math.max(largest, Math.abs(expected.data[at] as number));
        difference = Math.max(difference, Math.abs((actual.data[at] as number) - (expected.data[at] as number)));
      }
    }
    worst = Math.max(worst, difference / Math.max(largest, SMALLEST));
  }
  return worst;
}

/** An output's part of the second of two pictures. */
function second({ shape, data }: Output): Output {
  assert.equal(shape[0], 2);
  return { shape: [1, ...shape.slice(1)], data: data.slice(data.length / 2) };
}
