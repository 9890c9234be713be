import { type ModelSignature, type Recognition, showTensor } from '../contract.ts';
import type { Overrides } from '../contract-overrides.ts';
import { checkNameCount } from './class-slots.ts';
import { Misfit } from './signatures.ts';
import { readYolo, type YoloModel } from './yolo-outputs.ts';

/** Recognizes Ultralytics' raw segmentation export, which selfpaste's students are too. Throws Misfit, MODEL_CLASS_MISMATCH. */
export function readYoloSeg(signature: ModelSignature, overrides: Overrides): Recognition {
  const model = readYolo(signature, overrides, '[B, 4+K+M, A]');
  const { input, outputs, coefficients, classNames, reasons } = model;
  checkLayout(model);
  const K = classNames.length;
  const layout = `4 + ${K} + ${coefficients} = ${4 + K + coefficients} rows: box, classes, coefficients; no objectness, no NMS inside`;
  return {
    contract: { input, classNames, head: { kind: 'yolo-seg', outputs, coefficients } },
    reasons: [...reasons, `${showTensor(model.detections)} has ${layout}`],
  };
}

/** Exports of the same family share the ranks but not the meaning. */
function checkLayout({ detections, prototypes, rows, columns, coefficients, classNames }: YoloModel): void {
  if (rows === 4 + classNames.length + coefficients) return;
  const what = showTensor(detections);
  if (columns === 6 + coefficients)
    throw new Misfit(`${what} holds rows of box, score, class and coefficients: NMS is inside the graph (nms=True or end-to-end)`);
  if (columns === 5 + classNames.length + coefficients)
    throw new Misfit(`${what} holds one row an anchor with an objectness: it is a YOLOv5 export`);
  if (rows === null || (columns !== null && columns < rows)) throw new Misfit(`${what} does not hold one column an anchor`);
  const counted = `${what} less 4 box rows and ${coefficients} mask coefficients of ${showTensor(prototypes)}`;
  checkNameCount(classNames, rows - 4 - coefficients, counted);
}
