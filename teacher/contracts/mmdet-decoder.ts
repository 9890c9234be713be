import { type Box, type Size, sameSize, showSize } from '../../core/index.ts';
import type { MmdetHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { asScore, inputInImage, isNamed, strongest, toDetections } from '../output/detections.ts';
import { gridMask } from '../output/grid-mask.ts';
import type { ObjectMask } from '../output/mask-sampling.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { badOutput, finiteOutput, type Outputs, type OutputTensor, outputOf } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { maskGrid } from './mask-grids.ts';

/** Objects of one picture from MMDeploy's dets, labels and masks. Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT. */
export function decodeMmdet(
  head: MmdetHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const detections = finiteOutput(outputs, head.outputs.detections, [1, null, 5]);
  const count = detections.dims[1];
  const labels = outputOf(outputs, head.outputs.labels, [1, count]);
  const masks = outputOf(outputs, head.outputs.masks, [1, count, null, null]);
  const maskOf = coversInput(head, masks, placement.input) ? overInput(head, masks, placement) : overBox(head, masks, placement);
  const candidates: Candidate[] = [];
  for (let row = 0; row < count; row++) {
    const [x1, y1, x2, y2, score] = detections.data.subarray(5 * row, 5 * row + 5);
    const classIndex = labels.data[row];
    // A label of -1 fills up what has a fixed number of rows.
    if (score < settings.floor || classIndex < 0 || !isNamed(classIndex, classNames, head.outputs.labels, labels.dims)) continue;
    candidates.push({ classIndex, score: asScore(score, head.outputs.detections, detections.dims), box: { x1, y1, x2, y2 }, anchor: row });
  }
  return toDetections(strongest(candidates, settings.maxDetections), placement, ({ anchor }, box, whole) => maskOf(anchor, box, whole));
}

type MaskOf = (row: number, box: Box, whole: Box) => ObjectMask | null;

/** Masks that are neither the input nor a small square are of no known kind; known exports swap width and height. */
function coversInput({ kind, outputs }: MmdetHead, { dims }: OutputTensor, input: Size): boolean {
  const [height, width] = dims.slice(-2);
  if (sameSize({ width, height }, input)) return true;
  if (kind === 'mmdet-mask-rcnn' && width === height) return false;
  throw badOutput(
    outputs.masks,
    dims,
    `masks of the input's ${showSize(input)}${kind === 'rtmdet-ins' ? '' : ', or square ones over each box,'}`,
  );
}

function overInput(head: MmdetHead, masks: OutputTensor, placement: InputPlacement): MaskOf {
  const covered = inputInImage(placement);
  return (row, box) => gridMask(maskGrid(head.outputs.masks, masks, row, 'probabilities'), covered, box, placement.image);
}

/** As detectron2's paste_masks_in_image: the grid covers the box before it was clipped, and there is nothing around it. */
function overBox(head: MmdetHead, masks: OutputTensor, { image }: InputPlacement): MaskOf {
  return (row, box, whole) =>
    gridMask({ ...maskGrid(head.outputs.masks, masks, row, 'probabilities'), beyond: 'nothing' }, whole, box, image);
}
