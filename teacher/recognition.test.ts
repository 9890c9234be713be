import assert from 'node:assert/strict';
import test from 'node:test';
import { onnx } from '../core/index.ts';
import type { HeadKind, ModelSignature, TensorSignature } from './contract.ts';
import { headKinds } from './contract-overrides.ts';
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
    input: {
      name: 'images',
      dataType: 'float32',
      rank: 4,
      batch: 1,
      fit: { mode: 'letterbox', size: { width: 480, height: 640 }, pad: 114 },
      color: 'rgb',
      scale: 1 / 255,
      mean: [0, 0, 0],
      deviation: [1, 1, 1],
      pixelMask: null,
    },
    classNames: ['cat', 'dog'],
    head: { kind: 'yolo-seg', outputs: { detections: 'output0', prototypes: 'output1' }, coefficients: 32 },
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
  assert.deepEqual([contract.input.batch, contract.input.fit], [null, { mode: 'letterbox', size: { width: 480, height: 640 }, pad: 114 }]);
  const square = recognizeContract({ ...open, metadata: new Map([...open.metadata, ['imgsz', '320']]) });
  assert.deepEqual(square.contract.input.fit, { mode: 'letterbox', size: { width: 320, height: 320 }, pad: 114 });
});

test('renamed outputs are told apart by type and shape', () => {
  const { contract, reasons } = recognizeContract(signature([tensor('p', [1, 32, 320, 240]), tensor('d', [1, 38, 6300])]));
  assert.deepEqual(contract.head.outputs, { detections: 'd', prototypes: 'p' });
  assert.equal(reasons[0], 'outputs d [1, 38, 6300] and p [1, 32, 320, 240] were chosen by their types and shapes, which only they have');
});

const dets = (...shape: onnx.Dimension[]): TensorSignature => tensor('dets', shape);
const integers = (name: string, shape: readonly onnx.Dimension[]) => tensor(name, shape, onnx.DataType.int64);
const open = tensor('input', ['batch', 3, 'height', 'width']);
const oneClass = { names: '["cat"]' };
const fullMasks = [dets(1, 100, 5), integers('labels', [1, 100]), tensor('masks', [1, 100, 640, 480])];

/** What tells the members of a family apart, and families that share names. */
const told: readonly (readonly [string, ModelSignature, HeadKind])[] = [
  ['NMS inside the graph', signature([tensor('output0', [1, 300, 38]), raw[1]]), 'yolo-seg-nms'],
  ['NMS inside, open rows', signature([tensor('output0', [1, 'n', 38]), raw[1]]), 'yolo-seg-nms'],
  ['YOLOv5', signature([tensor('output0', [1, 18900, 39]), raw[1]]), 'yolov5-seg'],
  ['YOLOv5 of one class, by its rows', signature([tensor('output0', [1, 18900, 38]), raw[1]], oneClass), 'yolov5-seg'],
  ['NMS inside, one class, by its rows', signature([tensor('output0', [1, 300, 38]), raw[1]], oneClass), 'yolo-seg-nms'],
  [
    'torchvision without names, the image without a batch',
    signature([tensor('6568', ['a', 4]), integers('6570', ['b']), tensor('6572', ['c']), tensor('6887', ['d', 1, 'e', 'f'])], catAndDog, [
      tensor('image', [3, 'h', 'w']),
    ]),
    'torchvision-mask-rcnn',
  ],
  ['MMDeploy with masks over boxes', signature([...fullMasks.slice(0, 2), tensor('masks', [1, 100, 28, 28])]), 'mmdet-mask-rcnn'],
  ['MMDeploy with masks over the input, stated', signature(fullMasks, { ...catAndDog, contract: 'rtmdet-ins' }), 'rtmdet-ins'],
  [
    'RF-DETR, boxes and classes of one shape',
    signature([tensor('labels', [1, 200, 4]), dets(1, 200, 4), tensor('4245', [1, 200, 108, 108])], { names: '["a", "b", "c"]' }),
    'rf-detr-seg',
  ],
  [
    'DETR with a pixel mask',
    signature(
      [tensor('logits', ['b', 100, 3]), tensor('pred_boxes', ['b', 100, 4]), tensor('pred_masks', ['b', 100, 'h', 'w'])],
      catAndDog,
      [integers('pixel_mask', ['b', 64, 64]), open],
    ),
    'detr-seg',
  ],
  ['MaskFormer', signature([tensor('class_queries_logits', [1, 100, 3]), tensor('masks_queries_logits', [1, 100, 96, 96])]), 'maskformer'],
];

for (const [what, model, kind] of told) {
  test(`${what}: ${kind}`, () => {
    const { contract } = recognizeContract(model);
    assert.equal(contract.head.kind, kind);
    assert.deepEqual(JSON.parse(JSON.stringify(contract)), contract);
  });
}

test('each family brings its own colours, normalisation and fit', () => {
  const inputOf = (wanted: HeadKind) => {
    const model = told.find(([, , kind]) => kind === wanted)?.[1] as ModelSignature;
    const { color, scale, mean, deviation, fit, pixelMask } = recognizeContract(model).contract.input;
    return { color, scale, mean, deviation, fit, pixelMask };
  };
  const imageNet = { scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
  const plain = { color: 'rgb', scale: 1 / 255, mean: [0, 0, 0], deviation: [1, 1, 1], pixelMask: null };
  const size = { width: 480, height: 640 };
  assert.deepEqual(inputOf('torchvision-mask-rcnn'), { ...plain, fit: { mode: 'native' } });
  assert.deepEqual(inputOf('rf-detr-seg'), { ...plain, ...imageNet, fit: { mode: 'stretch', size, pad: 0 } });
  assert.deepEqual(inputOf('rtmdet-ins'), {
    color: 'bgr',
    scale: 1,
    mean: [103.53, 116.28, 123.675],
    deviation: [57.375, 57.12, 58.395],
    fit: { mode: 'top-left', size, pad: 114 },
    pixelMask: null,
  });
  assert.deepEqual(inputOf('detr-seg'), {
    ...plain,
    ...imageNet,
    fit: { mode: 'shortest-side', shortest: 800, longest: 1333, multiple: 1, pad: 114 },
    pixelMask: { name: 'pixel_mask', size: { width: 64, height: 64 } },
  });
});

test('class numbers become names: labels from 1, background last, the last slot no object, unused numbers null', () => {
  const namesOf = (at: number, names: string) => {
    const model = told[at][1];
    return recognizeContract({ ...model, metadata: new Map([...model.metadata, ['names', names]]) }).contract.classNames;
  };
  const [torchvision, rfDetr, detr] = [5, 8, 9];
  assert.deepEqual(namesOf(torchvision, '["cat", "dog"]'), [null, 'cat', 'dog']);
  assert.deepEqual(namesOf(torchvision, '["__background__", "cat", "N/A", "dog"]'), [null, 'cat', null, 'dog']);
  assert.deepEqual(namesOf(rfDetr, '["a", "b", "c"]'), ['a', 'b', 'c', null]);
  assert.deepEqual(namesOf(rfDetr, '{"1": "person", "3": "car"}'), [null, 'person', null, 'car']);
  assert.deepEqual(namesOf(detr, '["cat", null]'), ['cat', null]);
  assert.throws(() => namesOf(rfDetr, '["a", "b"]'), {
    code: 'MODEL_CLASS_MISMATCH',
    message:
      "Expected 4 names, or 3 and a background, for the model's metadata key 'names', got 2 (number): labels [1, 200, 4] has one slot a class",
  });
});

test('a model that holds class numbers alone needs names', () => {
  assert.throws(() => recognizeContract(signature([...fullMasks.slice(0, 2), tensor('masks', [1, 100, 28, 28])], {})), {
    code: 'MODEL_NO_NAMES',
    message: 'Expected class names for the model, got none: it looks like mmdet-mask-rcnn, and such files hold only class numbers',
    hint: 'write them in the order of the numbers into NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  });
});

test('where two readings fit, both are shown and the line that decides', () => {
  assert.throws(
    () => recognizeContract(signature(fullMasks)),
    (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'MODEL_AMBIGUOUS');
      assert.match(
        error.message,
        /^Expected one way to read the model, got 2: as rtmdet-ins, because .*taken for BGR.*; or as mmdet-mask-rcnn, because .*taken for RGB/,
      );
      assert.equal(
        error.hint,
        'decide in NAME.contract.json beside NAME.onnx: {"contract": "rtmdet-ins"} or {"contract": "mmdet-mask-rcnn"}',
      );
      return true;
    },
  );
  const names = JSON.stringify(Array.from({ length: 264 }, (_, at) => `class ${at}`));
  const both = signature([tensor('output0', [1, 300, 38]), raw[1]], { names });
  assert.throws(() => recognizeContract(both), {
    code: 'MODEL_AMBIGUOUS',
    message: /as yolo-seg, because .*; or as yolo-seg-nms, because /,
  });
  const openRows = signature([tensor('output0', [1, 'rows', 38]), raw[1]], oneClass);
  assert.throws(() => recognizeContract(openRows), {
    code: 'MODEL_AMBIGUOUS',
    message: /as yolo-seg-nms, because .*; or as yolov5-seg, because /,
  });
  const decided = { ...openRows, metadata: new Map([...openRows.metadata, ['contract', 'yolov5-seg']]) };
  assert.equal(recognizeContract(decided).contract.head.kind, 'yolov5-seg');
});

test('a stated contract is held against the model, and lets outputs have any name', () => {
  assert.throws(() => recognizeContract(signature(raw, { ...catAndDog, contract: 'rtmdet-ins' })), {
    code: 'MODEL_UNKNOWN_CONTRACT',
    message: /: not rtmdet-ins, because its outputs are output0 .* and output1 .*, not float dets/,
  });
  const renamed = [tensor('a', [1, 100, 3]), tensor('b', [1, 100, 4]), tensor('c', [1, 100, 96, 96])];
  assert.throws(() => recognizeContract(signature(renamed)), { code: 'MODEL_UNKNOWN_CONTRACT' });
  const { head } = recognizeContract(signature([...renamed].reverse(), { names: '["x", "y"]', contract: 'detr-seg' })).contract;
  assert.deepEqual(head.outputs, { boxes: 'b', logits: 'a', masks: 'c' });
});

const foreign: readonly (readonly [string, ModelSignature, RegExp])[] = [
  [
    'boxes without masks',
    signature([tensor('output0', [1, 6, 8400])]),
    /its outputs are output0 \[1, 6, 8400\], not float \[B, 4\+K\+M, A\]/,
  ],
  [
    'two candidates for one output',
    signature([tensor('a', [1, 38, 6300]), tensor('b', [1, 38, 6300]), raw[1]]),
    /its outputs are a .* and b .* and output1/,
  ],
  ['another task', signature(raw, { ...catAndDog, task: 'pose' }), /the metadata key 'task' is 'pose', not 'segment'/],
  [
    'numbers of a type that is no image',
    signature(raw, catAndDog, [integers('images', [1, 3, 64, 64])]),
    /its inputs are images .*, not one image/,
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

test('an unknown contract says what each known one objects to, and what to do', () => {
  assert.throws(
    () => recognizeContract(signature([tensor('scores', [1, 100])])),
    (error: Error & { hint?: string }) => {
      assert.ok(
        error.message.startsWith(
          'Expected the outputs of a known contract, got scores [1, 100]: not yolo-seg, because its outputs are scores [1, 100], not float [B, 4+K+M, A] and [B, M, h, w]; not yolo-seg-nms, because',
        ),
      );
      for (const kind of headKinds) assert.match(error.message, new RegExp(`\\b${kind}\\b`));
      assert.equal(
        error.hint,
        'export the model in one of the ways of docs/teachers.md, or state what it lacks (names, imgsz, contract) in NAME.contract.json beside NAME.onnx',
      );
      return true;
    },
  );
});

test('a resize that the graph rules out is refused', () => {
  assert.throws(() => recognizeContract(signature(raw, { ...catAndDog, resize: 'native' })), {
    code: 'MODEL_BAD_OVERRIDE',
    message: `Expected "letterbox", "top-left" or "stretch" for the model's 'resize', got "native": the size of images [1, 3, 640, 480] is fixed`,
    hint: "correct 'resize' in NAME.contract.json beside NAME.onnx, or export the model with open height and width",
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
