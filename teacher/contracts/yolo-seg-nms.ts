import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { Misfit } from './signatures.ts';
import { isYoloV5Grid, readYolo } from './yolo-outputs.ts';

/** Recognizes Ultralytics' exports with nms=True and the end-to-end ones (YOLO26), which have the same shape. Throws Misfit. */
export function readYoloSegNms(signature: ModelSignature, overrides: Overrides): Recognition {
  const { input, size, outputs, detections, rows, columns, coefficients, classNames, reasons } = readYolo(
    signature,
    overrides,
    '[B, N, 6+M]',
  );
  const what = showTensor(detections);
  if (columns !== 6 + coefficients) throw new Misfit(`${what} does not have 6 + ${coefficients} = ${6 + coefficients} columns`);
  if (classNames.length === 1 && isYoloV5Grid(rows, size)) throw new Misfit(`${what} has one row for each anchor of a YOLOv5`);
  return {
    contract: { input, classNames, head: { kind: 'yolo-seg-nms', outputs, coefficients } },
    reasons: [
      ...reasons,
      `${what} has 6 + ${coefficients} columns: two corners, score, class, coefficients; what overlaps is gone already`,
    ],
  };
}
