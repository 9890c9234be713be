import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { onnx } from '../../core/index.ts';
import { buildStudent } from '../network/architecture.ts';
import { stridesOf } from '../spec.ts';
import { fromKernelOrder, toKernelOrder } from './kernel-order.ts';
import { parameterLayout, readParameters, writeParameters } from './parameters.ts';

const FLOATS = { noNaN: true } as const;

test('property: weights written back are bit-equal, whatever their order', () => {
  const side = fc.integer({ min: 1, max: 4 });
  const weight = fc.tuple(side, side, side, side).chain((dims) => {
    const length = dims.reduce((product, length) => product * length, 1);
    return fc.tuple(fc.constant(dims), fc.float32Array({ ...FLOATS, minLength: length, maxLength: length }));
  });
  fc.assert(
    fc.property(weight, ([dims, values]) => {
      const turned = toKernelOrder(values, dims);
      assert.deepEqual(fromKernelOrder(turned, dims), values);
      const [out, from, height, width] = dims;
      const at = (o: number, i: number, y: number, x: number) => values[((o * from + i) * height + y) * width + x];
      let kernelAt = 0;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let i = 0; i < from; i++) for (let o = 0; o < out; o++) assert.ok(Object.is(turned[kernelAt++], at(o, i, y, x)));
    }),
  );
});

test('a student with other weights comes out of its file as it went in', () => {
  const model = buildStudent({ classNames: ['a'], inputSize: 64, strides: stridesOf([8, 16, 32]), prototypes: 8, size: 'n' }, 3);
  const layout = parameterLayout(model);
  const values = readParameters(model, layout);
  const changed = { weights: values.weights.map((w) => 2 * w), statistics: values.statistics.map((s) => s + 1) };
  const file = onnx.decodeModel(onnx.encodeModel(writeParameters(model, layout, changed)));
  assert.deepEqual(readParameters(file, layout), changed);
});

test('weights and norms learn; anchors, bins and factors do not', () => {
  const { trainable, statistics } = parameterLayout(graphOf());
  assert.deepEqual(trainable, [
    { name: 'dense.weight', shape: [3, 3, 2, 6], length: 108, decays: true },
    { name: 'dense.bias', shape: [6], length: 6, decays: false },
    { name: 'norm.scale', shape: [6], length: 6, decays: false },
    { name: 'norm.offset', shape: [6], length: 6, decays: false },
    { name: 'depthwise.weight', shape: [3, 3, 3, 2], length: 54, decays: true },
    { name: 'up.weight', shape: [2, 2, 4, 6], length: 96, decays: true },
    { name: 'matrix', shape: [5, 7], length: 35, decays: true },
  ]);
  assert.deepEqual(statistics, [{ norm: 'norm', mean: 'norm.mean', variance: 'norm.variance', channels: 6 }]);
});

/** Not a graph that runs: one node of each kind, with two names for one bias. */
function graphOf(): onnx.Model {
  const nodes: onnx.Node[] = [];
  const initializers: onnx.Tensor[] = [];
  const tensor = (name: string, ...dims: number[]) => {
    const length = dims.reduce((product, side) => product * side, 1);
    initializers.push(onnx.floatTensor(name, dims, new Float32Array(length).fill(0.5)));
    return name;
  };
  const node = (name: string, opType: string, inputs: readonly string[], group = 1) =>
    nodes.push({ name, opType, domain: '', inputs, outputs: [name], attributes: new Map([['group', onnx.int(group)]]) });
  const statistics = ['scale', 'offset', 'mean', 'variance'].map((name) => tensor(`norm.${name}`, 6));
  node('alias', 'Identity', [tensor('dense.bias', 6)]);
  node('dense', 'Conv', ['images', tensor('dense.weight', 6, 2, 3, 3), 'alias']);
  node('norm', 'BatchNormalization', ['dense', ...statistics]);
  node('depthwise', 'Conv', ['norm', tensor('depthwise.weight', 6, 1, 3, 3), 'dense.bias'], 3);
  node('up', 'ConvTranspose', ['depthwise', tensor('up.weight', 6, 4, 2, 2)]);
  initializers.push(onnx.floatTensor('bins', [1, 4, 1, 1], Float32Array.of(0, 1, 2, 3)));
  node('mean', 'Conv', ['up', 'bins']);
  node('product', 'MatMul', ['mean', tensor('matrix', 5, 7)]);
  node('sum', 'Add', ['product', tensor('anchors', 1, 2, 3)]);
  const graph: onnx.Graph = { name: '', nodes, initializers, inputs: [], outputs: [] };
  return { irVersion: 8, producer: '', opsets: new Map([['', 17]]), metadata: new Map(), graph };
}
