import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Tf from '@tensorflow/tfjs-core';
import { onnx } from '../../core/index.ts';
import { loadBackend } from '../backend.ts';
import { compileGraph } from './graph-function.ts';
import type { RunMode } from './run.ts';

const { tf, kernels } = await loadBackend('auto', { threads: 1, deterministic: false });
const inference: RunMode = { kind: 'inference' };
const noParameter = (name: string): Tf.Tensor => assert.fail(`asked for ${name}`);

interface Part {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, onnx.Attribute>>;
}

function model(parts: readonly Part[], initializers: readonly onnx.Tensor[] = []): onnx.Model {
  const nodes = parts.map(({ op, inputs, output, attributes = {} }) => ({
    name: output,
    opType: op,
    domain: '',
    inputs,
    outputs: [output],
    attributes: new Map(Object.entries(attributes)),
  }));
  const inputs = [{ name: 'images', dataType: onnx.DataType.float32, shape: [1, 2, 4, 4] }];
  const graph: onnx.Graph = { name: '', nodes, initializers, inputs, outputs: [] };
  return { irVersion: 8, producer: '', opsets: new Map([['', 17]]), metadata: new Map(), graph };
}

/** [B, 4, 4, 2] of numbers that tell where they come from. */
const pictures = (batch: number): Tf.Tensor4D => tf.reshape(tf.range(0, batch * 32), [batch, 4, 4, 2]);

test('an operator that training does not know is named with its node', () => {
  const odd = model([{ op: 'Einsum', inputs: ['images'], output: 'odd' }]);
  assert.throws(() => compileGraph(odd, tf, kernels), {
    code: 'MODEL_UNSUPPORTED_OPERATOR',
    message: /^Expected operators that training knows \(Conv, .*\), got operator Einsum at node "odd"$/,
    hint: 'train a student of selfpaste (student.init: random), or use this model as the teacher only',
  });
});

test("an operator of another domain is not ONNX's", () => {
  const { graph, ...rest } = model([{ op: 'Relu', inputs: ['images'], output: 'odd' }]);
  const foreign = { ...rest, graph: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, domain: 'com.example' })) } };
  assert.throws(() => compileGraph(foreign, tf, kernels), /got operator Relu at node "odd"/);
});

test('a learned weight that also does something else is refused', () => {
  const weight = onnx.floatTensor('w', [2, 2, 1, 1], Float32Array.of(1, 2, 3, 4));
  const twice = model(
    [
      { op: 'Conv', inputs: ['images', 'w'], output: 'y' },
      { op: 'Add', inputs: ['y', 'w'], output: 'sum' },
    ],
    [weight],
  );
  assert.throws(() => compileGraph(twice, tf, kernels), /^SelfpasteError: .* got Add of the weight "w" at node "sum"$/);
});

test('only what is wanted runs, and constants are held until the graph is disposed of', () => {
  const before = tf.memory().numTensors;
  const halves = model(
    [
      { op: 'Mul', inputs: ['images', 'half'], output: 'halved' },
      { op: 'Conv', inputs: ['images', 'unasked'], output: 'unneeded' },
    ],
    [onnx.floatTensor('half', [1, 2, 1, 1], Float32Array.of(0.5, 0.25)), onnx.floatTensor('unasked', [2, 2, 1, 1], new Float32Array(4))],
  );
  const graph = compileGraph(halves, tf, kernels);
  assert.equal(tf.memory().numTensors, before + 1);
  tf.tidy(() => {
    const [halved] = graph.run({ images: pictures(1), parameter: noParameter, mode: inference }, ['halved']) as [Tf.Tensor];
    assert.deepEqual([...halved.dataSync().slice(0, 4)], [0, 0.25, 1, 0.75]);
  });
  graph.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('x * sigmoid(x) is one kernel, either way round', () => {
  const silu = model([
    { op: 'Sigmoid', inputs: ['images'], output: 'gate' },
    { op: 'Mul', inputs: ['images', 'gate'], output: 'a' },
    { op: 'Mul', inputs: ['gate', 'images'], output: 'b' },
    { op: 'Mul', inputs: ['gate', 'gate'], output: 'c' },
  ]);
  const seen: string[] = [];
  const counting = {
    ...kernels,
    silu: (x: Tf.Tensor) => {
      seen.push('silu');
      return kernels.silu(x);
    },
  };
  tf.tidy(() => {
    const graph = compileGraph(silu, tf, counting);
    const images = tf.sub(pictures(1), 16) as Tf.Tensor4D;
    const [a, b, c] = graph.run({ images, parameter: noParameter, mode: inference }, ['a', 'b', 'c']) as [Tf.Tensor, Tf.Tensor, Tf.Tensor];
    assert.deepEqual(a.dataSync(), tf.mul(images, tf.sigmoid(images)).dataSync());
    assert.deepEqual(b.dataSync(), a.dataSync());
    assert.deepEqual(c.dataSync(), tf.square(tf.sigmoid(images)).dataSync());
  });
  assert.deepEqual(seen, ['silu', 'silu']);
});

test('a file made for one picture runs several, and its arithmetic of shapes is followed', () => {
  const constant = (name: string, ...values: number[]) => onnx.intTensor(name, [values.length], values);
  const halves = model(
    [
      { op: 'Reshape', inputs: ['images', 'flat'], output: 'rows' },
      { op: 'Shape', inputs: ['rows'], output: 'shape' },
      { op: 'Gather', inputs: ['shape', 'last'], output: 'length' },
      { op: 'Div', inputs: ['length', 'two'], output: 'middle' },
      { op: 'Slice', inputs: ['rows', 'middle', 'length', 'last'], output: 'half' },
      { op: 'Reshape', inputs: ['half', 'map'], output: 'cells' },
    ],
    [constant('flat', 1, 2, -1), constant('last', 2), constant('two', 2), constant('map', 1, 2, 2, 4)],
  );
  const graph = compileGraph(halves, tf, kernels);
  tf.tidy(() => {
    const [cells] = graph.run({ images: pictures(3), parameter: noParameter, mode: inference }, ['cells']) as [Tf.Tensor];
    assert.deepEqual(cells.shape, [3, 2, 2, 4]);
    const lowerHalf = tf.transpose(tf.slice(pictures(3), [0, 2, 0, 0], [-1, 2, -1, -1]), [0, 3, 1, 2]);
    assert.deepEqual(cells.dataSync(), lowerHalf.dataSync());
  });
  graph.dispose();
});
