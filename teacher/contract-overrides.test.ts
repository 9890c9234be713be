import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { headKinds, readOverrides } from './contract-overrides.ts';

const read = (metadata: Readonly<Record<string, string>>) => readOverrides(new Map(Object.entries(metadata)));

test('keys are read as JSON or as exporters write them; others are none of ours', () => {
  assert.deepEqual(
    read({
      contract: 'rf-detr-seg',
      imgsz: '[640, 480]',
      color: 'bgr',
      scale: '1',
      mean: '[1, 2, 3]',
      std: '2',
      resize: 'stretch',
      pad: '0',
    }),
    { contract: 'rf-detr-seg', imgsz: [640, 480], color: 'bgr', scale: 1, mean: [1, 2, 3], std: 2, resize: 'stretch', pad: 0 },
  );
  assert.deepEqual(read({ imgsz: '(640, 480)' }), { imgsz: [640, 480] });
  assert.deepEqual(read({ imgsz: '320', author: 'somebody' }), { imgsz: 320 });
  assert.deepEqual(read({ background: 'last', multiple: '32' }), { background: 'last', multiple: 32 });
});

test('names may leave numbers out; what torchvision calls no class is none', () => {
  assert.deepEqual(read({ names: '["cat", null, "dog"]' }).names, ['cat', null, 'dog']);
  assert.deepEqual(read({ names: '{"1": "person", "3": "car"}' }).names, [null, 'person', null, 'car']);
  assert.deepEqual(read({ names: '["__background__", "person", "N/A"]' }).names, [null, 'person', null]);
  assert.deepEqual(read({ names: `{0: 'cat', 1: "it's"}` }).names, ['cat', "it's"]);
});

for (const names of ['[null, null]', '{"-1": "cat"}', '[]', '7']) {
  test(`names ${names} are refused`, () => assert.throws(() => read({ names }), { code: 'MODEL_BAD_NAMES' }));
}

test('of names that are none it says what was expected and what to do', () => {
  assert.throws(() => read({ names: 'cat' }), {
    message: `Expected class names by index, as in {0: 'cat', 1: 'dog'} for the model's metadata key 'names', got "cat" (string)`,
    hint: 'write the names as a list into a file NAME.contract.json beside NAME.onnx: {"names": ["cat", "dog"]}',
  });
});

const wrong: readonly (readonly [string, string, string])[] = [
  [
    'contract',
    'yolo',
    'one of yolo-seg, yolo-seg-nms, yolov5-seg, torchvision-mask-rcnn, rtmdet-ins, mmdet-mask-rcnn, rf-detr-seg, detr-seg, maskformer',
  ],
  ['imgsz', '[640, 0]', 'a side of up to 8192 pixels, or [height, width]'],
  ['imgsz', '[1, 2, 3]', 'a side of up to 8192 pixels, or [height, width]'],
  ['color', 'RGB', '"rgb" or "bgr"'],
  ['scale', '0', 'a number above 0 that levels are multiplied with'],
  ['mean', '[1, 2]', 'a number, or three in the order of the channels'],
  ['std', '[1, 0, 1]', 'a number above 0, or three in the order of the channels'],
  ['resize', 'squash', '"letterbox", "top-left", "stretch", "shortest-side" or "native"'],
  ['pad', '256', 'a grey level 0..255'],
  ['multiple', '0.5', 'a number of pixels, 1 to 8192'],
  ['background', '0', '"first", "last" or "none"'],
];

for (const [key, value, expected] of wrong) {
  test(`${key} cannot be ${value}`, () => {
    assert.throws(() => read({ [key]: value }), {
      code: 'MODEL_BAD_OVERRIDE',
      message: `Expected ${expected} for the model's '${key}', got ${JSON.stringify(value)} (string)`,
      hint: `correct '${key}' in NAME.contract.json beside NAME.onnx; what it states wins over the model's own metadata`,
    });
  });
}

test('the examples of docs/teachers.md are contracts; its names are the 80 classes of COCO under their ids', () => {
  const page = readFileSync(join(process.cwd(), 'docs/teachers.md'), 'utf8');
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text) as Record<string, unknown>);
  const [coco, decided] = examples.map((example) =>
    read(
      Object.fromEntries(Object.entries(example).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])),
    ),
  );
  assert.equal(coco.names?.length, 91);
  assert.equal(coco.names?.filter((name) => name !== null).length, 80);
  assert.deepEqual(decided, { contract: 'rtmdet-ins', names: ['cat', 'dog'] });
  for (const kind of headKinds) assert.ok(page.includes(`| \`${kind}\``), `${kind} has a row`);
});
