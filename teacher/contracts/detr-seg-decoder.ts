import { boxHeight, boxWidth } from '../../core/index.ts';
import type { DetrHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, outputOf } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { queryBox } from './query-boxes.ts';
import { bestQueryClass } from './query-classes.ts';
import { queryDetections } from './query-detections.ts';

/**
 * Objects of one picture from DETR's queries: each is of its best class, with the softmax as score; no NMS. Classes without a name (stuff)
 * are dropped. Boxes are shares of the picture, not of the padding around it, which the pixel mask hides.
 * Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT.
 */
export function decodeDetr(
  head: DetrHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const boxes = finiteOutput(outputs, head.outputs.boxes, [1, null, 4]);
  const queries = boxes.dims[1];
  const logits = finiteOutput(outputs, head.outputs.logits, [1, queries, classNames.length + 1]);
  const masks = outputOf(outputs, head.outputs.masks, [1, queries, null, null]);
  const content = { width: boxWidth(placement.content), height: boxHeight(placement.content) };
  const candidates: Candidate[] = [];
  for (let query = 0; query < queries; query++) {
    const { classIndex, probability } = bestQueryClass(logits, query);
    if (probability >= settings.floor && classNames[classIndex] !== null)
      candidates.push({ classIndex, score: probability, box: queryBox(boxes, query, content), anchor: query });
  }
  return queryDetections(candidates, head.outputs.masks, masks, placement, settings);
}
