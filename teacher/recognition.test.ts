import assert from 'node:assert/strict';
import test from 'node:test';
import { onnx } from '../core/index.ts';
import type { ModelSignature, TensorSignature } from './contract.ts';
import { recognizeContract } from './recognition.ts';

const tensor = (name: string, shape: readonly onnx.Dimension[], dataType: number = onnx.DataType.float32): TensorSignature => ({
  name,
  shape,
  dataType,
});
const image = tensor('images', [1, 3, 640, 480]);
const catAndDog: Readonly<Record<string, string>> = { names: "{0: 'cat', 1: 'dog'}" };

function signature(
  outputs: readonly TensorSignature[],
  metadata = catAndDog,
  inputs: readonly TensorSignature[] = [image],
): ModelSignature {
  return { inputs, outputs, metadata: new Map(Object.entries(metadata)) };
}

const raw = [tensor('output0', [1, 4 + 2 + 32, 6300]), tensor('output1', [1, 32, 320, 240])];

test('a raw YOLO-seg export is recognized, sizes are read and never inferred', () => {
  const { contract, reasons } = recognizeContract(signature(raw));
  assert.deepEqual(contract, {
    kind: 'yolo-seg',
    inputName: 'images',
    inputSize: { width: 480, height: 640 },
    resize: 'letterbox',
    pad: 114,
    color: 'rgb',
    range: '0..1',
    detectionsName: 'output0',
    prototypesName: 'output1',
    classNames: ['cat', 'dog'],
    maskCoefficients: 32,
    prototypeSize: { width: 240, height: 320 },
    anchors: 6300,
  });
  assert.deepEqual(JSON.parse(JSON.stringify(contract)), contract);
  assert.deepEqual(reasons, [
    'outputs output0 [1, 38, 6300] and output1 [1, 32, 320, 240] were chosen by their names',
    'output1 [1, 32, 320, 240] gives M = 32 mask coefficients',
    "the metadata key 'names' gives K = 2 classes",
    'output0 [1, 38, 6300] has 4 + 2 + 32 = 38 rows: box, classes, coefficients; no objectness, no NMS inside',
  ]);
});

test('open sizes come from imgsz, height first; what only a run tells is dynamic', () => {
  const open = signature(
    [tensor('output0', ['batch', 38, 'anchors']), tensor('output1', ['batch', 32, 'h', null])],
    { ...catAndDog, imgsz: '[640, 480]' },
    [tensor('images', ['batch', 3, 'height', 'width'])],
  );
  const { contract } = recognizeContract(open);
  assert.deepEqual([contract.inputSize, contract.prototypeSize, contract.anchors], [{ width: 480, height: 640 }, 'dynamic', 'dynamic']);
  const square = recognizeContract({ ...open, metadata: new Map([...open.metadata, ['imgsz', '320']]) });
  assert.deepEqual(square.contract.inputSize, { width: 320, height: 320 });
});

test('renamed outputs are told apart by rank', () => {
  const { contract, reasons } = recognizeContract(signature([tensor('p', [1, 32, 320, 240]), tensor('d', [1, 38, 6300])]));
  assert.deepEqual([contract.detectionsName, contract.prototypesName], ['d', 'p']);
  assert.equal(reasons[0], 'outputs d [1, 38, 6300] and p [1, 32, 320, 240] were chosen by their ranks, the only ones of rank 3 and 4');
});

const foreign: readonly (readonly [string, ModelSignature, RegExp])[] = [
  [
    'NMS inside the graph',
    signature([tensor('output0', [1, 300, 38]), raw[1]]),
    /output0 \[1, 300, 38\] holds rows of box, score, class and coefficients: NMS is inside/,
  ],
  ['YOLOv5', signature([tensor('output0', [1, 25200, 39]), raw[1]]), /one row an anchor with an objectness: it is a YOLOv5 export/],
  ['boxes without masks', signature([tensor('output0', [1, 6, 8400])]), /its outputs are output0 \[1, 6, 8400\], not float32/],
  [
    'two readings',
    signature([tensor('a', [1, 38, 6300]), tensor('b', [1, 38, 6300]), raw[1]]),
    /its outputs are a .* and b .* and output1/,
  ],
  ['half precision', signature([tensor('output0', [1, 38, 6300], onnx.DataType.float16), raw[1]]), /not float32/],
  [
    'a fixed batch',
    signature(raw, catAndDog, [tensor('images', [4, 3, 640, 640])]),
    /its inputs are images \[4, 3, 640, 640\], not one float32 image/,
  ],
  ['a second input', signature(raw, catAndDog, [image, tensor('mask', [1, 640, 640])]), /its inputs are images .* and mask/],
  [
    'no size anywhere',
    signature(raw, catAndDog, [tensor('images', [1, 3, 'h', 'w'])]),
    /its input size is open and the metadata key 'imgsz' does not tell it/,
  ],
  ['no names', signature(raw, {}), /the metadata key 'names' is absent/],
  ['prototypes finer than the input', signature([raw[0], tensor('output1', [1, 32, 1280, 960])]), /is finer than the input of 480x640/],
  ['no outputs', signature([]), /got none: not yolo-seg, because its outputs are none/],
];

for (const [what, model, reason] of foreign) {
  test(`${what} is an unknown contract, with the reason`, () => {
    assert.throws(() => recognizeContract(model), { code: 'MODEL_UNKNOWN_CONTRACT', message: reason });
  });
}

test('an unknown contract names what was expected, what came and what to do', () => {
  assert.throws(() => recognizeContract(signature([tensor('dets', [1, 100, 4]), tensor('labels', [1, 100, 91])])), {
    message:
      'Expected the outputs of a known contract (yolo-seg: output0 [1, 4+K+M, A] and output1 [1, M, h, w]), got dets [1, 100, 4], labels [1, 100, 91]: ' +
      'not yolo-seg, because its outputs are dets [1, 100, 4] and labels [1, 100, 91], not float32 [1, 4+K+M, A] and [1, M, h, w]',
    hint: 'export the model as Ultralytics does with format=onnx nms=False, or state what it lacks (names, imgsz) in NAME.contract.json beside NAME.onnx',
  });
});

test('names that disagree with the outputs are a class mismatch', () => {
  assert.throws(() => recognizeContract(signature([tensor('output0', [1, 116, 8400]), raw[1]])), {
    code: 'MODEL_CLASS_MISMATCH',
    message:
      "Expected 80 names for the model's metadata key 'names', got 2 (number): output0 [1, 116, 8400] less 4 box rows and 32 mask coefficients of output1 [1, 32, 320, 240]",
    hint: 'name every class in a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  });
});
