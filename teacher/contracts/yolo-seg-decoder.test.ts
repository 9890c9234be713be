import assert from 'node:assert/strict';
import test from 'node:test';
import { rle } from '../../core/index.ts';
import type { YoloSegHead } from '../contract.ts';
import { placeInput } from '../input/input-placement.ts';
import type { Outputs } from '../output/outputs.ts';
import type { DetectionSettings } from '../teacher.ts';
import { decodeYoloSeg } from './yolo-seg-decoder.ts';

const head: YoloSegHead = { kind: 'yolo-seg', outputs: { detections: 'output0', prototypes: 'output1' }, coefficients: 1 };

const settings: DetectionSettings = { floor: 0.25, nmsIou: 0.7, maxDetections: 300 };
/** 8x4 doubled into 16x16: rows 4..12 of the input. */
const placement = placeInput({ width: 8, height: 4 }, { mode: 'letterbox', size: { width: 16, height: 16 }, pad: 114 });

/** Columns of cx, cy, w, h, cat, dog, coefficient; the one prototype is 1 everywhere. */
function outputs(columns: readonly (readonly number[])[], prototype = 1): Outputs {
  const rows = Array.from({ length: 7 }, (_, row) => columns.map((column) => column[row])).flat();
  return new Map([
    ['output0', { dims: [1, 7, columns.length], data: Float32Array.from(rows) }],
    ['output1', { dims: [1, 1, 8, 8], data: new Float32Array(64).fill(prototype) }],
  ]);
}

const decode = (columns: readonly (readonly number[])[]) => decodeYoloSeg(head, ['cat', 'dog'], outputs(columns), placement, settings);

test('a box is undone to the picture, its mask filled, its best class kept', () => {
  const [found, ...others] = decode([[8, 8, 4, 4, 0.25, 0.5, 1]]);
  assert.deepEqual(others, []);
  assert.deepEqual([found.classIndex, found.score, found.box], [1, 0.5, { x1: 3, y1: 1, x2: 5, y2: 3 }]);
  assert.deepEqual(rle.toBox(found.mask), found.box);
  assert.equal(rle.area(found.mask), 4);
});

test('detections come by falling score; a score on the floor is in, one below is out', () => {
  const column = (x: number, score: number) => [x, 8, 4, 4, score, 0, 1];
  assert.deepEqual(
    decode([column(2, 0.25), column(8, 0.75), column(14, 0.2421875)]).map(({ score }) => score),
    [0.75, 0.25],
  );
});

test('a box is clipped to the picture; one in the padding is no detection', () => {
  assert.deepEqual(decode([[0, 4, 8, 8, 0.5, 0, 1]])[0].box, { x1: 0, y1: 0, x2: 2, y2: 2 });
  assert.deepEqual(decode([[8, 2, 4, 2, 0.5, 0, 1]]), []);
});

test('an object without mask is no detection', () => {
  assert.deepEqual(decode([[8, 8, 4, 4, 0.5, 0, -1]]), []);
});

test('nothing above the floor is nothing', () => assert.deepEqual(decode([[8, 8, 4, 4, 0, 0, 1]]), []));

test('NaN or infinity anywhere is refused, and the output named', () => {
  const run = (given: Outputs) => () => decodeYoloSeg(head, ['cat', 'dog'], given, placement, settings);
  assert.throws(run(outputs([[8, 8, 4, 4, Number.NaN, 0, 1]])), {
    code: 'MODEL_NOT_FINITE',
    message: "Expected finite numbers in the model's output output0 [1, 7, 1], got NaN or infinity",
    hint: 'export the model again in float32, or use an earlier checkpoint of it: its weights have probably diverged',
  });
  assert.throws(run(outputs([[8, 8, 4, 4, 0, 0, 1]], Number.POSITIVE_INFINITY)), { message: /output1 \[1, 1, 8, 8\]/ });
});
