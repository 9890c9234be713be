import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { type Box, onnx, type RgbImage, rle, type Size } from '../../core/index.ts';
import { type HeadKind, openTeacher, readContract, type Teacher } from '../../teacher/index.ts';
import { type AnsweringModel, times, writeAnsweringModel } from './answering-models.ts';
import { goldenModels } from './golden-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-golden-'));
after(() => rmSync(folder, { recursive: true }));

const settings = { floor: 0.25, nmsIou: 0.7, maxDetections: 10, threads: 1 };
const SCORE_TOLERANCE = 1e-6;

const grey = (size: Size, level = 0): RgbImage => ({ size, data: new Uint8Array(3 * size.width * size.height).fill(level) });

let written = 0;
const write = (model: AnsweringModel): string => writeAnsweringModel(join(folder, `${written++}.onnx`), model);

async function using<Result>(model: AnsweringModel, use: (teacher: Teacher) => Promise<Result>, changes = {}): Promise<Result> {
  const teacher = await openTeacher(write(model), { ...settings, ...changes });
  try {
    return await use(teacher);
  } finally {
    await teacher.close();
  }
}

interface Expected {
  readonly name: string;
  readonly score: number;
  readonly box: readonly [number, number, number, number];
  /** The smallest box around the mask, and its pixels. */
  readonly mask: readonly [number, number, number, number];
  readonly area: number;
}

const corners = ({ x1, y1, x2, y2 }: Box): readonly number[] => [x1, y1, x2, y2];

const expected: Readonly<Record<HeadKind, { readonly size: Size; readonly found: readonly Expected[] }>> = {
  'yolo-seg': {
    size: { width: 16, height: 16 },
    found: [
      { name: 'cat', score: 0.9, box: [4, 4, 12, 12], mask: [4, 4, 12, 12], area: 64 },
      { name: 'dog', score: 0.3, box: [0, 6, 4, 10], mask: [0, 6, 4, 10], area: 16 },
    ],
  },
  'yolo-seg-nms': {
    size: { width: 16, height: 16 },
    found: [
      { name: 'dog', score: 0.75, box: [4, 4, 12, 12], mask: [4, 4, 12, 12], area: 64 },
      { name: 'cat', score: 0.5, box: [0, 6, 4, 10], mask: [0, 6, 4, 10], area: 16 },
    ],
  },
  'yolov5-seg': {
    size: { width: 16, height: 16 },
    found: [{ name: 'dog', score: 0.8 * 0.75, box: [4, 4, 12, 12], mask: [4, 4, 12, 12], area: 64 }],
  },
  'torchvision-mask-rcnn': {
    size: { width: 16, height: 16 },
    found: [{ name: 'dog', score: 0.875, box: [2, 2, 10, 10], mask: [2, 2, 6, 10], area: 32 }],
  },
  // The picture is doubled into the input's upper half.
  'rtmdet-ins': {
    size: { width: 8, height: 4 },
    found: [{ name: 'cat', score: 0.875, box: [2, 1, 6, 3], mask: [2, 1, 4, 3], area: 4 }],
  },
  // At the rim of a box a mask fades into nothing: in both directions at a corner, 0.75 * 0.75 is left, more than a half.
  'mmdet-mask-rcnn': {
    size: { width: 16, height: 16 },
    found: [
      { name: 'dog', score: 0.75, box: [4, 4, 12, 12], mask: [4, 4, 8, 12], area: 32 },
      { name: 'cat', score: 0.5, box: [0, 0, 4, 8], mask: [0, 0, 4, 8], area: 32 },
    ],
  },
  // Stretched: a cell is 4x2 pixels of the picture; the logit crosses 0 at its middle.
  'rf-detr-seg': {
    size: { width: 16, height: 8 },
    found: [{ name: 'dog', score: 1 / (1 + Math.exp(-2)), box: [4, 0, 12, 8], mask: [8, 0, 12, 8], area: 32 }],
  },
  'detr-seg': {
    size: { width: 16, height: 8 },
    found: [{ name: 'cat', score: 3 / 8, box: [4, 0, 12, 8], mask: [4, 0, 8, 8], area: 32 }],
  },
  // Four cells, whose corners are rounded off by a pixel each; the score is 0.6 * 0.8.
  maskformer: {
    size: { width: 16, height: 16 },
    found: [{ name: 'cat', score: 0.48, box: [4, 4, 12, 12], mask: [4, 4, 12, 12], area: 60 }],
  },
};

for (const [kind, { size, found }] of Object.entries(expected) as [HeadKind, (typeof expected)[HeadKind]][]) {
  test(`${kind}: the model is recognized and says what was computed by hand`, async () => {
    await using(goldenModels[kind], async (teacher) => {
      assert.equal(teacher.contract.head.kind, kind);
      const detections = await teacher.detect(grey(size));
      assert.deepEqual(
        detections.map(({ classIndex, box, mask }) => [
          teacher.classNames[classIndex],
          corners(box),
          corners(rle.toBox(mask)),
          rle.area(mask),
        ]),
        found.map(({ name, box, mask, area }) => [name, box, mask, area]),
      );
      for (const [at, { score }] of found.entries()) assert.ok(Math.abs(detections[at].score - score) < SCORE_TOLERANCE, `score ${score}`);
    });
  });
}

/** A column whose box and score follow the picture's mean; one class. */
const changing = (batch: number | string): AnsweringModel => ({
  input: { shape: [batch, 3, 16, 16] },
  outputs: {
    output0: { shape: [batch, 6, 1], dims: [1, 6, 1], values: [8, 8, 4, 4, 0.25, 1], gain: 0.5 },
    output1: { shape: [batch, 1, 8, 8], dims: [1, 1, 8, 8], values: times(64, 1) },
  },
  metadata: { names: '["cat"]' },
});

for (const batch of ['batch', 1, 2, 4]) {
  test(`pictures of a batch (${batch}) keep their own detections, in order`, async () => {
    await using(changing(batch), async (teacher) => {
      const levels = [0, 255, 0, 255, 255];
      const found = await teacher.detectBatch(levels.map((level) => grey({ width: 16, height: 16 }, level)));
      assert.deepEqual(
        found.map(([{ score, box }]) => [score, box.x1]),
        levels.map((level) => (level === 0 ? [0.25, 6] : [0.75, 6.25])),
      );
      assert.deepEqual(await teacher.detectBatch([]), []);
    });
  });
}

const whites = [
  ['float32', onnx.DataType.float32, 1],
  ['float16', onnx.DataType.float16, 1],
  ['uint8', onnx.DataType.uint8, 255],
] as const;

for (const [type, dataType, white] of whites) {
  test(`an input of ${type} gets white as ${white}`, async () => {
    const model = changing(1);
    const outputs = { ...model.outputs, output0: { ...model.outputs.output0, gain: 0.5 / white } };
    await using({ ...model, input: { ...model.input, dataType }, outputs }, async (teacher) => {
      const [{ score }] = await teacher.detect(grey({ width: 16, height: 16 }, 255));
      assert.ok(Math.abs(score - 0.75) < SCORE_TOLERANCE, `score ${score}`);
    });
  });
}

const nan = [Number.NaN];
const broken: readonly (readonly [HeadKind, string, readonly number[]])[] = [
  ['yolo-seg', 'output0', [...nan, ...times(20, 0)]],
  ['yolo-seg', 'output1', [...times(63, 1), Number.POSITIVE_INFINITY]],
  ['yolo-seg-nms', 'output0', [...times(27, 0), ...nan]],
  ['yolov5-seg', 'output0', [...times(23, 0), ...nan]],
  ['torchvision-mask-rcnn', 'scores', [0.9, ...nan]],
  ['torchvision-mask-rcnn', 'masks', [...nan, ...times(511, 0)]],
  ['rtmdet-ins', 'dets', [...times(9, 0), Number.NEGATIVE_INFINITY]],
  ['mmdet-mask-rcnn', 'masks', [...nan, ...times(31, 1)]],
  ['rf-detr-seg', 'labels', [...times(7, 0), ...nan]],
  ['rf-detr-seg', '4245', [...nan, ...times(31, 1)]],
  ['detr-seg', 'pred_boxes', [...times(7, 0), ...nan]],
  ['maskformer', 'class_queries_logits', [...nan, ...times(5, 0)]],
  ['maskformer', 'masks_queries_logits', [...nan, ...times(31, 1)]],
];

for (const [kind, output, values] of broken) {
  test(`${kind}: NaN or infinity in ${output} is refused by name`, async () => {
    const golden = goldenModels[kind];
    const outputs = { ...golden.outputs, [output]: { ...golden.outputs[output], values } };
    await using({ ...golden, outputs }, async (teacher) => {
      const message = new RegExp(`^.*onnx: Expected finite numbers in the model's output ${output} \\[.*\\], got NaN or infinity$`);
      await assert.rejects(teacher.detect(grey(expected[kind].size)), { code: 'MODEL_NOT_FINITE', message });
    });
  });
}

function changed(kind: HeadKind, output: string, change: Partial<AnsweringModel['outputs'][string]>): AnsweringModel {
  const golden = goldenModels[kind];
  return { ...golden, outputs: { ...golden.outputs, [output]: { ...golden.outputs[output], ...change } } };
}

const contradictions: readonly (readonly [string, AnsweringModel, string])[] = [
  [
    'a label without a name',
    changed('torchvision-mask-rcnn', 'labels', { values: [7, 1] }),
    "Expected class numbers 0..2 (there are 3 names), got 7, in the model's output labels [2]",
  ],
  [
    'masks with width and height swapped',
    changed('rtmdet-ins', 'masks', { shape: [1, 2, 'h', 'w'], dims: [1, 2, 8, 16], values: times(256, 1) }),
    "Expected masks of the input's 16x16 in the model's output masks [1, 2, 8, 16]",
  ],
  [
    'masks of no known kind',
    changed('mmdet-mask-rcnn', 'masks', { dims: [1, 2, 4, 8], values: times(64, 1) }),
    "Expected masks of the input's 16x16, or square ones over each box, in the model's output masks [1, 2, 4, 8]",
  ],
  [
    'scores in percent',
    changed('torchvision-mask-rcnn', 'scores', { values: [87, 1] }),
    "Expected scores 0..1, got 87, in the model's output scores [2]",
  ],
  [
    'fewer scores than boxes',
    changed('torchvision-mask-rcnn', 'scores', { dims: [1], values: [0.5] }),
    "Expected the shape [2] in the model's output scores [1]",
  ],
];

for (const [what, model, message] of contradictions) {
  test(`${what} stops at the first picture`, async () => {
    await using(model, async (teacher) => {
      await assert.rejects(teacher.detect(grey({ width: 8, height: 8 })), (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, 'MODEL_BAD_OUTPUT');
        assert.equal(error.message.replace(/^.*onnx: /, ''), message);
        assert.match(error.hint ?? '', /^check with `selfpaste teacher probe`/);
        return true;
      });
    });
  });
}

test('what the contract beside the model states reaches the input', async () => {
  const path = write({
    ...goldenModels['yolo-seg'],
    metadata: { names: '["cat", "dog"]', color: 'bgr', mean: '[0.5, 0.5, 0.5]', std: '0.25', pad: '0', resize: 'top-left' },
  });
  const { input } = await readContract(path);
  assert.deepEqual(
    [input.color, input.mean, input.deviation, input.fit],
    ['bgr', [0.5, 0.5, 0.5], [0.25, 0.25, 0.25], { mode: 'top-left', size: { width: 16, height: 16 }, pad: 0 }],
  );
});
