import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeModel, surveyModel } from './index.ts';
import { externalTensor, nestedGraphs, type WireField, wireMessage, wireModel, wireNode } from './test-models.ts';

const tensorAttribute = (tensor: Uint8Array) => wireMessage([1, 'value'], [5, tensor], [20, 4]);
const inPlace: Readonly<Record<string, Uint8Array>> = {
  'an initializer': wireModel([[5, externalTensor('a.bin')]]),
  'a sparse initializer': wireModel([[15, wireMessage([1, externalTensor('a.bin')])]]),
  'an attribute': wireModel([[1, wireNode('Constant', '', tensorAttribute(externalTensor('a.bin')))]]),
  'a list of tensors': wireModel([[1, wireNode('X', '', wireMessage([1, 'v'], [10, externalTensor('a.bin')]))]]),
  'a subgraph': wireModel(nestedGraphs(3, [[5, externalTensor('a.bin')]])),
  'a function': wireModel([], [25, wireMessage([1, 'f'], [7, wireNode('C', '', tensorAttribute(externalTensor('a.bin')))])]),
  'a training graph': wireModel([], [20, wireMessage([1, wireMessage([5, externalTensor('a.bin')])])]),
  'the second of two graphs': wireModel([], [7, wireMessage([5, externalTensor('a.bin')])]),
};

for (const [place, bytes] of Object.entries(inPlace))
  test(`data in another file is found in ${place}`, () => assert.deepEqual(surveyModel(bytes).externalLocations, ['a.bin']));

test('a tensor counts as external by either of its two marks, and one without a name has an empty one', () => {
  const locations = (...tensor: WireField[]) => surveyModel(wireModel([[5, wireMessage(...tensor)]])).externalLocations;
  const entry = (key: string, value: string): WireField => [13, wireMessage([1, key], [2, value])];
  assert.deepEqual(locations([1, 4], [2, 1]), []);
  assert.deepEqual(locations(entry('location', 'a'), entry('offset', '0')), ['a']);
  assert.deepEqual(locations([14, 1]), ['']);
  assert.deepEqual(locations(entry('offset', '0')), ['']);
  assert.deepEqual(locations(entry('location', 'a'), entry('location', 'b')), ['a', 'b']);
});

test('operators and functions are named once, wherever they are', () => {
  const body = wireMessage([1, 'Swish'], [7, wireNode('Sigmoid', '')], [10, 'local']);
  const graph: WireField[] = [
    [1, wireNode('Swish', 'local')],
    [1, wireNode('NMS', 'trt')],
    [1, wireNode('NMS', 'trt')],
  ];
  assert.deepEqual(surveyModel(wireModel([...graph, ...nestedGraphs(2, [[1, wireNode('Inner', 'deep')]])], [25, body])), {
    externalLocations: [],
    operators: [
      { domain: 'local', name: 'Swish' },
      { domain: 'trt', name: 'NMS' },
      { domain: 'deep', name: 'Inner' },
      { domain: '', name: 'If' },
      { domain: '', name: 'Sigmoid' },
    ],
    functions: [{ domain: 'local', name: 'Swish' }],
  });
});

test('graphs inside graphs have a limit', () => {
  assert.equal(surveyModel(wireModel(nestedGraphs(16))).operators.length, 1);
  assert.throws(() => surveyModel(wireModel(nestedGraphs(17))), {
    code: 'MODEL_NOT_ONNX',
    message: /its graphs are nested deeper than 16$/,
  });
  assert.throws(() => surveyModel(wireModel(nestedGraphs(3000))), { code: 'MODEL_NOT_ONNX' });
});

test('what protobuf readers would disagree about is refused', () => {
  const cases: readonly (readonly [bytes: Uint8Array, why: RegExp])[] = [
    [wireModel([], [7, new Uint8Array()]), /it holds 2 graphs$/],
    [wireModel([[1, wireMessage([4, 7])]]), /field 4 has wire type 0$/],
    [wireMessage([1, 8], [7, 5]), /field 7 has wire type 0$/],
    [wireModel([[5, wireMessage([1, -1], [8, 'w'])]]), /tensor w has a negative dimension$/],
    [wireModel([[5, wireMessage([1, 2 ** 30], [1, 2 ** 30], [8, 'w'])]]), /tensor w has more elements than can be counted$/],
    [Uint8Array.of(0x08, 0x80), /premature EOF$/],
  ];
  for (const [bytes, why] of cases) assert.throws(() => decodeModel(bytes), { code: 'MODEL_NOT_ONNX', message: why });
});

test('a length of -1 or 0 is an open one', () => {
  const shape = wireMessage([1, wireMessage([1, -1])], [1, wireMessage([1, 0])], [1, wireMessage([1, 3])]);
  const input = wireMessage([1, 'x'], [2, wireMessage([1, wireMessage([1, 1], [2, shape])])]);
  assert.deepEqual(decodeModel(wireModel([[11, input]])).graph.inputs, [{ name: 'x', dataType: 1, shape: [null, null, 3] }]);
});

/** Bytes that would become a hundred times as many in memory. */
const bombs: Readonly<Record<string, readonly [bytes: () => Uint8Array, why: RegExp]>> = {
  'empty nodes': [() => repeatedInGraph(Uint8Array.of(0x0a, 0), 400_000), /more than 262144 messages$/],
  'one-byte numbers': [() => wireModel([[5, wireMessage([7, new Uint8Array(20e6)])]]), /more than 16777216 single values$/],
  'empty names': [
    () => wireModel([[1, new Uint8Array(40e6).map((_, at) => (at % 2 === 0 ? 0x0a : 0))]]),
    /more than 16777216 single values$/,
  ],
  'one huge name': [() => wireModel([[2, 'x'.repeat(70e6)]]), /more than 67108864 bytes of text$/],
};

const repeatedInGraph = (field: Uint8Array, times: number): Uint8Array => {
  const graph = new Uint8Array(field.length * times);
  for (let at = 0; at < times; at++) graph.set(field, at * field.length);
  return wireMessage([1, 8], [8, wireMessage([2, 17])], [7, graph]);
};

for (const [name, [bytes, why]] of Object.entries(bombs))
  test(`a file of ${name} ends at a limit`, () => {
    const MOST_CPU_US = 10e6;
    const start = process.cpuUsage();
    assert.throws(() => decodeModel(bytes()), { code: 'MODEL_NOT_ONNX', message: why });
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < MOST_CPU_US, `it took ${(user + system) / 1e6} s`);
  });
