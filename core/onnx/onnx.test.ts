import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SelfpasteError } from '../errors.ts';
import { decodeModel, encodeModel, float, floatTensor, int, ints, intTensor, type Model, string, tensorValues } from './index.ts';

const model: Model = {
  irVersion: 8,
  producer: 'selfpaste',
  opsets: new Map([['', 17]]),
  metadata: new Map([['names', "{0: 'nucleus'}"]]),
  graph: {
    name: 'g',
    nodes: [
      {
        name: 'conv',
        opType: 'Conv',
        domain: '',
        inputs: ['images', 'w', ''],
        outputs: ['y'],
        attributes: new Map([
          ['strides', ints([2, 2])],
          ['alpha', float(0.5)],
          ['axis', int(-1)],
          ['auto_pad', string('SAME_UPPER')],
        ]),
      },
    ],
    initializers: [floatTensor('w', [1, 2], Float32Array.of(1.5, -2)), intTensor('shape', [2], [-1, 2 ** 40])],
    inputs: [{ name: 'images', dataType: 1, shape: [1, 3, 'height', null] }],
    outputs: [{ name: 'y', dataType: 1, shape: ['batch', 4] }],
  },
};

test('a model survives encoding and decoding', () => {
  assert.deepEqual(decodeModel(encodeModel(model)), model);
});

test('tensor values come back as numbers', () => {
  const [weights, shape] = decodeModel(encodeModel(model)).graph.initializers;
  assert.deepEqual([...tensorValues(weights!)], [1.5, -2]);
  assert.deepEqual([...tensorValues(shape!)], [-1, 2 ** 40]);
});

test('tensor values come out of a Buffer, wherever they start in it', () => {
  const file = Buffer.from(encodeModel(model));
  const [weights] = decodeModel(Buffer.concat([Buffer.from('x'), file]).subarray(1)).graph.initializers;
  assert.deepEqual([...tensorValues(weights!)], [1.5, -2]);
});

test('a tensor whose bytes do not fit its shape says so', () => {
  const broken = { ...floatTensor('w', [3], Float32Array.of(1, 2)) };
  assert.throws(() => tensorValues(broken), /its shape \[3\] needs 12 bytes, it has 8/);
});

test('bytes that are no model give MODEL_NOT_ONNX, whatever they are', () => {
  const bytes = encodeModel(model);
  const mutation = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(mutation, fc.nat(bytes.length), (changes, length) => {
      const mutated = bytes.slice(0, length);
      for (const [at, value] of changes) if (at < length) mutated[at] = value;
      try {
        decodeModel(mutated);
      } catch (error) {
        assert.ok(error instanceof SelfpasteError, String(error));
        assert.equal(error.code, 'MODEL_NOT_ONNX');
      }
    }),
    { numRuns: 2000 },
  );
  assert.throws(() => decodeModel(new Uint8Array()), /it holds no graph/);
  assert.throws(() => decodeModel(new TextEncoder().encode('not a model')), { code: 'MODEL_NOT_ONNX' });
});
