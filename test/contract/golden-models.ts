import { onnx } from '../../core/index.ts';
import type { HeadKind } from '../../teacher/index.ts';
import { type AnsweringModel, cellBox, times } from './answering-models.ts';

const { float16, int64, uint8 } = onnx.DataType;
const names = '["cat", "dog"]';
const square = { shape: [1, 3, 16, 16] };

/** A tiny model of every contract, whose detections golden-models.test.ts computes by hand. */
export const goldenModels: Readonly<Record<HeadKind, AnsweringModel>> = {
  // Open batch. Columns: a cat, nearly the same again, a dog half outside.
  'yolo-seg': {
    input: { shape: ['batch', 3, 16, 16] },
    outputs: {
      output0: {
        shape: ['batch', 7, 3],
        dims: [1, 7, 3],
        values: [8, 8.5, 0, 8, 8, 8, 8, 8, 8, 8, 8, 4, 0.9, 0.6, 0.1, 0, 0, 0.3, 1, 1, 1],
      },
      output1: { shape: ['batch', 1, 8, 8], dims: [1, 1, 8, 8], values: times(64, 1) },
    },
    metadata: { names, task: 'segment' },
  },
  // Half precision throughout. Rows: a dog, a cat without mask, a cat, and zeros that fill up.
  'yolo-seg-nms': {
    input: { ...square, dataType: float16 },
    outputs: {
      output0: {
        dims: [1, 4, 7],
        values: [[4, 4, 12, 12, 0.75, 1, 1], [4, 4, 12, 12, 0.625, 0, -1], [0, 6, 4, 10, 0.5, 0, 1], times(7, 0)].flat(),
        dataType: float16,
      },
      output1: { dims: [1, 1, 8, 8], values: times(64, 1), dataType: float16 },
    },
    metadata: { names },
  },
  // Rows: a dog of 0.8 * 0.75, the same again a little lower, a cat without an object.
  'yolov5-seg': {
    input: square,
    outputs: {
      output0: {
        dims: [1, 3, 8],
        values: [
          [8, 8, 8, 8, 0.8, 0.25, 0.75, 1],
          [8, 8, 8, 7, 0.8, 0.25, 0.625, 1],
          [4, 4, 4, 4, 0.1, 1, 0, 1],
        ].flat(),
      },
      output1: { dims: [1, 1, 8, 8], values: times(64, 1) },
    },
    metadata: { names },
  },
  // Any size, no batch, label 2 is the second name; the mask is the box's left half.
  'torchvision-mask-rcnn': {
    input: { shape: [3, 'height', 'width'] },
    outputs: {
      boxes: { shape: ['n', 4], dims: [2, 4], values: [2, 2, 10, 10, 0, 0, 16, 16] },
      labels: { shape: ['n'], dims: [2], values: [2, 1], dataType: int64 },
      scores: { shape: ['n'], dims: [2], values: [0.875, 0.01] },
      masks: {
        shape: ['n', 1, 'height', 'width'],
        dims: [2, 1, 16, 16],
        values: [cellBox(16, 16, [2, 2, 6, 10], 0.75, 0.25), times(256, 1)].flat(),
      },
    },
    metadata: { names },
  },
  // Masks as bytes over the input; the second row only fills up.
  'rtmdet-ins': {
    input: { name: 'input', shape: [1, 3, 16, 16] },
    outputs: {
      dets: { dims: [1, 2, 5], values: [4, 2, 12, 6, 0.875, 0, 0, 0, 0, 0] },
      labels: { dims: [1, 2], values: [0, -1], dataType: int64 },
      masks: { dims: [1, 2, 16, 16], values: [cellBox(16, 16, [4, 2, 8, 6], 1, 0), times(256, 1)].flat(), dataType: uint8 },
    },
    metadata: { names, contract: 'rtmdet-ins' },
  },
  // Masks over the boxes, their left half, one box half outside.
  'mmdet-mask-rcnn': {
    input: { name: 'input', shape: [1, 3, 16, 16] },
    outputs: {
      dets: { dims: [1, 2, 5], values: [4, 4, 12, 12, 0.75, -4, 0, 4, 8, 0.5] },
      labels: { dims: [1, 2], values: [1, 0], dataType: int64 },
      masks: { dims: [1, 2, 4, 4], values: [cellBox(4, 4, [0, 0, 2, 4], 1, 0), times(16, 1)].flat() },
    },
    metadata: { names },
  },
  // Four slots, so that boxes and classes have one shape; the last is the background, and masks have an old export's name.
  'rf-detr-seg': {
    input: { name: 'input', shape: [1, 3, 8, 8] },
    outputs: {
      labels: { dims: [1, 2, 4], values: [0, 2, -5, 9, -5, -5, -5, 9] },
      dets: { dims: [1, 2, 4], values: [0.5, 0.5, 0.5, 1, 0.5, 0.5, 1, 1] },
      '4245': { dims: [1, 2, 4, 4], values: [cellBox(4, 4, [2, 0, 4, 4], 1, -1), times(16, 1)].flat() },
    },
    metadata: { names: '["cat", "dog", "owl"]' },
  },
  // Open sizes and a pixel mask. The first query is a cat of 3 / (1 + 3 + 4), the second is stuff.
  'detr-seg': {
    input: { name: 'pixel_values', shape: ['batch', 3, 'height', 'width'] },
    pixelMask: ['batch', 'height', 'width'],
    outputs: {
      logits: { shape: ['batch', 2, 3], dims: [1, 2, 3], values: [0, Math.log(3), Math.log(4), 9, 0, 0] },
      pred_boxes: { shape: ['batch', 2, 4], dims: [1, 2, 4], values: [0.5, 0.5, 0.5, 1, 0.5, 0.5, 1, 1] },
      pred_masks: { shape: ['batch', 2, 4, 4], dims: [1, 2, 4, 4], values: [cellBox(4, 4, [0, 0, 2, 4], 1, -1), times(16, 1)].flat() },
    },
    metadata: { names: '[null, "cat"]', imgsz: '[8, 64]', resize: 'shortest-side' },
  },
  // A cat of 3 / (3 + 1 + 1), whose mask has probability 0.8 inside; an empty mask.
  maskformer: {
    input: { name: 'pixel_values', shape: [1, 3, 16, 16] },
    outputs: {
      class_queries_logits: { dims: [1, 2, 3], values: [Math.log(3), 0, 0, 9, 0, 0] },
      masks_queries_logits: { dims: [1, 2, 4, 4], values: [cellBox(4, 4, [1, 1, 3, 3], Math.log(4), -Math.log(4)), times(16, -1)].flat() },
    },
    metadata: { names },
  },
};
