import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { checkNameCount } from './class-slots.ts';
import { Misfit } from './signatures.ts';
import { isYoloV5Grid, readYolo } from './yolo-outputs.ts';

/** Recognizes a YOLOv5 segmentation export: a row an anchor, with objectness. Throws Misfit, MODEL_CLASS_MISMATCH. */
export function readYoloV5Seg(signature: ModelSignature, overrides: Overrides): Recognition {
  const { input, size, outputs, detections, rows, columns, coefficients, classNames, reasons } = readYolo(
    signature,
    overrides,
    '[B, A, 5+K+M]',
  );
  const what = showTensor(detections);
  const K = classNames.length;
  const isGrid = isYoloV5Grid(rows, size);
  if (columns === null || (!isGrid && columns !== 5 + K + coefficients))
    throw new Misfit(`${what} does not have 5 + ${K} + ${coefficients} = ${5 + K + coefficients} columns`);
  // With one class these are also the columns of an export with NMS inside; only the number of rows tells.
  if (K === 1 && rows !== null && !isGrid) throw new Misfit(`${what} does not have one row for each anchor of a YOLOv5`);
  checkNameCount(
    classNames,
    columns - 5 - coefficients,
    `${what} less 5 columns of box and objectness and ${coefficients} mask coefficients`,
  );
  return {
    contract: { input, classNames, head: { kind: 'yolov5-seg', outputs, coefficients } },
    reasons: [...reasons, `${what} has 5 + ${K} + ${coefficients} columns: box, objectness, classes, coefficients`],
  };
}
