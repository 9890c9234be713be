import { classIndex as asClassIndex, type Box, clipBox, intersectBoxes, rle } from '../../core/index.ts';
import type { MaskFormerHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { inputInImage, strongest } from '../output/detections.ts';
import { gridMask, type MaskGrid } from '../output/grid-mask.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, outputOf } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { maskGrid } from './mask-grids.ts';
import { bestQueryClass } from './query-classes.ts';

/**
 * Objects of one picture from MaskFormer's queries: each is of its best class; its score is the class's softmax times the mean probability of
 * its mask where that is above 0.5. Classes without a name (stuff) are dropped. Boxes are those of the masks.
 * Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT.
 */
export function decodeMaskFormer(
  head: MaskFormerHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const logits = finiteOutput(outputs, head.outputs.logits, [1, null, classNames.length + 1]);
  const queries = logits.dims[1];
  const masks = outputOf(outputs, head.outputs.masks, [1, queries, null, null]);
  const gridOf = (query: number) => maskGrid(head.outputs.masks, masks, query, 'logits');
  const candidates: Candidate[] = [];
  for (let query = 0; query < queries; query++) {
    const { classIndex, probability } = bestQueryClass(logits, query);
    if (probability < settings.floor || classNames[classIndex] === null) continue;
    const { box, meanProbability } = insideOf(gridOf(query));
    const score = probability * meanProbability;
    if (score >= settings.floor && meanProbability > 0) candidates.push({ classIndex, score, box, anchor: query });
  }
  return strongest(candidates, settings.maxDetections).flatMap((candidate) => toDetection(candidate, gridOf(candidate.anchor), placement));
}

interface Inside {
  /** Around the cells above the threshold, in cells. */
  readonly box: Box;
  /** 0 where there is no such cell. */
  readonly meanProbability: number;
}

function insideOf({ size: { width, height }, data }: MaskGrid): Inside {
  const box = { x1: width, y1: height, x2: 0, y2: 0 };
  let sum = 0;
  let count = 0;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] <= 0) continue;
      sum += 1 / (1 + Math.exp(-data[at]));
      count++;
      box.x1 = Math.min(box.x1, x);
      box.x2 = Math.max(box.x2, x + 1);
      box.y1 = Math.min(box.y1, y);
      box.y2 = y + 1;
    }
  }
  return { box, meanProbability: count === 0 ? 0 : sum / count };
}

/** The candidate's box is in cells. Only those inside can make pixels of the object, and these lie at most one cell further out. */
function toDetection({ classIndex, score, box: cells }: Candidate, grid: MaskGrid, placement: InputPlacement): Detection[] {
  const covered = inputInImage(placement);
  const [cellWidth, cellHeight] = [(covered.x2 - covered.x1) / grid.size.width, (covered.y2 - covered.y1) / grid.size.height];
  const reach = {
    x1: covered.x1 + (cells.x1 - 1) * cellWidth,
    y1: covered.y1 + (cells.y1 - 1) * cellHeight,
    x2: covered.x1 + (cells.x2 + 1) * cellWidth,
    y2: covered.y1 + (cells.y2 + 1) * cellHeight,
  };
  const object = gridMask(grid, covered, clipBox(intersectBoxes(reach, covered), placement.image), placement.image);
  return object === null ? [] : [{ classIndex: asClassIndex(classIndex), score, box: rle.toBox(object.mask), ...object }];
}
