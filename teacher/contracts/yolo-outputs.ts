import { type Size, showSize } from '../../core/index.ts';
import { type ImageInput, type ModelSignature, showTensor, type TensorSignature, type YoloOutputs } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { readImageInput, yoloInput } from './image-input.ts';
import { findOutputs, isFloat, lengthOf, Misfit } from './signatures.ts';

/** What the exports of the YOLO family share: one image, detections of rank 3, prototypes [B, M, h, w], names. */
export interface YoloModel {
  readonly input: ImageInput;
  readonly size: Size;
  readonly outputs: YoloOutputs;
  readonly detections: TensorSignature;
  readonly prototypes: TensorSignature;
  /** M. */
  readonly coefficients: number;
  readonly classNames: readonly (string | null)[];
  /** Length of the second and the third dimension of the detections; null where open. */
  readonly rows: number | null;
  readonly columns: number | null;
  readonly reasons: readonly string[];
}

/** Throws Misfit where the model is no YOLO with masks. @param layout the detections in words. */
export function readYolo(signature: ModelSignature, overrides: Overrides, layout: string): YoloModel {
  const task = signature.metadata.get('task');
  if (task !== undefined && task !== 'segment') throw new Misfit(`the metadata key 'task' is '${task}', not 'segment'`);
  const input = readImageInput(signature, overrides, yoloInput);
  const { tensors, names, reason } = findOutputs(signature.outputs, wanted, `float ${layout} and [B, M, h, w]`);
  const { detections, prototypes } = tensors;
  const coefficients = lengthOf(prototypes, 1);
  if (coefficients === null) throw new Misfit(`the number of mask coefficients of ${showTensor(prototypes)} is open`);
  const size = sizeOf(input);
  checkGrid(prototypes, size);
  const { names: classNames } = overrides;
  if (classNames === undefined) throw new Misfit("the metadata key 'names' is absent, so nothing tells classes from mask coefficients");
  const K = classNames.length;
  const reasons = [
    reason,
    `${showTensor(prototypes)} gives M = ${coefficients} mask coefficients`,
    `the metadata key 'names' gives K = ${K} class${K === 1 ? '' : 'es'}`,
  ];
  const [rows, columns] = [lengthOf(detections, 1), lengthOf(detections, 2)];
  return { input, size, outputs: names, detections, prototypes, coefficients, classNames, rows, columns, reasons };
}

const wanted = {
  detections: { names: ['output0'], type: isFloat, shape: [null, null, null] },
  prototypes: { names: ['output1'], type: isFloat, shape: [null, null, null, null] },
};

function sizeOf({ fit }: ImageInput): Size {
  if ('size' in fit) return fit.size;
  throw new Misfit(`prototypes cover an input of one size, and 'resize' is '${fit.mode}'`);
}

function checkGrid(prototypes: TensorSignature, input: Size): void {
  const [height, width] = [lengthOf(prototypes, 2) ?? 0, lengthOf(prototypes, 3) ?? 0];
  if (height > input.height || width > input.width)
    throw new Misfit(`${showTensor(prototypes)} is finer than the input of ${showSize(input)}`);
}

/** Three anchors a cell, at strides 8, 16 and 32, and 64 in the models for 1280 px: the rows of a YOLOv5. */
export function isYoloV5Grid(rows: number | null, { width, height }: Size): boolean {
  const cells = (strides: readonly number[]) =>
    strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
  return rows === 3 * cells([8, 16, 32]) || rows === 3 * cells([8, 16, 32, 64]);
}
