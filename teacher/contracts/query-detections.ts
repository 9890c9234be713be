import type { InputPlacement } from '../input/input-placement.ts';
import { inputInImage, strongest, toDetections } from '../output/detections.ts';
import { gridMask } from '../output/grid-mask.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import type { OutputTensor } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { maskGrid } from './mask-grids.ts';

/** The strongest queries of one picture with their masks, which are logits over the model's input. A candidate's anchor is its query. */
export function queryDetections(
  candidates: readonly Candidate[],
  maskOutput: string,
  masks: OutputTensor,
  placement: InputPlacement,
  { maxDetections }: DetectionSettings,
): readonly Detection[] {
  const covered = inputInImage(placement);
  return toDetections(strongest(candidates, maxDetections), placement, ({ anchor }, box) =>
    gridMask(maskGrid(maskOutput, masks, anchor, 'logits'), covered, box, placement.image),
  );
}
