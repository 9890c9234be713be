import type { RfDetrHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, outputOf } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { queryBox } from './query-boxes.ts';
import { queryDetections } from './query-detections.ts';

/**
 * Objects of one picture from RF-DETR's queries: each is of its best named class, with the sigmoid of that logit as score; no NMS.
 * Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT.
 */
export function decodeRfDetr(
  head: RfDetrHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const boxes = finiteOutput(outputs, head.outputs.boxes, [1, null, 4]);
  const queries = boxes.dims[1];
  const logits = finiteOutput(outputs, head.outputs.logits, [1, queries, classNames.length]);
  const masks = outputOf(outputs, head.outputs.masks, [1, queries, null, null]);
  const candidates: Candidate[] = [];
  for (let query = 0; query < queries; query++) {
    const classIndex = bestNamed(logits.data.subarray(query * classNames.length, (query + 1) * classNames.length), classNames);
    const score = sigmoid(logits.data[query * classNames.length + classIndex]);
    if (score >= settings.floor) candidates.push({ classIndex, score, box: queryBox(boxes, query, placement.input), anchor: query });
  }
  return queryDetections(candidates, head.outputs.masks, masks, placement, settings);
}

/** Classes are asked one by one, so that an unused slot never stands in the way of a named one. */
function bestNamed(logits: Float32Array, classNames: readonly (string | null)[]): number {
  let best = -1;
  for (let index = 0; index < logits.length; index++)
    if (classNames[index] !== null && (best < 0 || logits[index] > logits[best])) best = index;
  return best;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
