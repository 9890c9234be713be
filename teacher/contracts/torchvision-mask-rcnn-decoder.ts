import type { TorchvisionHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { asScore, inputInImage, isNamed, strongest, toDetections } from '../output/detections.ts';
import { gridMask } from '../output/grid-mask.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, outputOf } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { maskGrid } from './mask-grids.ts';

/** Objects of one picture from boxes, labels, scores and masks of the input's size. Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT. */
export function decodeTorchvision(
  head: TorchvisionHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const boxes = finiteOutput(outputs, head.outputs.boxes, [null, 4]);
  const [count] = boxes.dims;
  const labels = outputOf(outputs, head.outputs.labels, [count]);
  const scores = finiteOutput(outputs, head.outputs.scores, [count]);
  const masks = outputOf(outputs, head.outputs.masks, [count, 1, null, null]);
  const candidates: Candidate[] = [];
  for (let row = 0; row < count; row++) {
    const [x1, y1, x2, y2] = boxes.data.subarray(4 * row, 4 * row + 4);
    const [score, classIndex] = [scores.data[row], labels.data[row]];
    if (score >= settings.floor && isNamed(classIndex, classNames, head.outputs.labels, labels.dims))
      candidates.push({ classIndex, score: asScore(score, head.outputs.scores, scores.dims), box: { x1, y1, x2, y2 }, anchor: row });
  }
  const covered = inputInImage(placement);
  return toDetections(strongest(candidates, settings.maxDetections), placement, ({ anchor }, box) =>
    gridMask(maskGrid(head.outputs.masks, masks, anchor, 'probabilities'), covered, box, placement.image),
  );
}
