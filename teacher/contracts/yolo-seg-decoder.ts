import type { YoloSegHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { asScore, centredBox } from '../output/detections.ts';
import { type Candidate, nonMaxSuppression } from '../output/non-max-suppression.ts';
import { checkFinite, notFinite, type Outputs, type OutputTensor, outputOf } from '../output/outputs.ts';
import { type ColumnMaxima, columnMaxima } from '../output/scan.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { readPrototypes, withPrototypeMasks } from './yolo-masks.ts';

/**
 * Objects of one picture from the two outputs of a YOLO-seg model, by falling score.
 * One candidate an anchor, of its best class; class-aware NMS; masks cut to their boxes; what has no mask is no detection.
 * Throws MODEL_NOT_FINITE where an output holds NaN or infinity, MODEL_BAD_OUTPUT.
 */
export function decodeYoloSeg(
  head: YoloSegHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const { coefficients } = head;
  const firstCoefficient = 4 + classNames.length;
  const name = head.outputs.detections;
  const rows = outputOf(outputs, name, [1, firstCoefficient + coefficients, null]);
  const prototypes = readPrototypes(outputs, head.outputs, coefficients);
  const candidates = findCandidates(name, rows, classNames, settings.floor);
  const kept = nonMaxSuppression(candidates, settings.nmsIou, settings.maxDetections);
  return withPrototypeMasks(kept, prototypes, (anchor) => column(rows, anchor, firstCoefficient, coefficients), placement);
}

/** One candidate for each anchor whose best class reaches the floor and has a name; boxes in input pixels. All values are finite. */
function findCandidates(name: string, rows: OutputTensor, classNames: readonly (string | null)[], floor: number): Candidate[] {
  const { highest, row } = bestClasses(name, rows, classNames.length);
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < highest.length; anchor++) {
    if (highest[anchor] < floor || classNames[row[anchor]] === null) continue;
    const [x, y, width, height] = column(rows, anchor, 0, 4);
    candidates.push({
      classIndex: row[anchor],
      score: asScore(highest[anchor], name, rows.dims),
      box: centredBox(x, y, width, height),
      anchor,
    });
  }
  return candidates;
}

/** Highest probability and its class for each anchor. Checks all other values too. */
function bestClasses(name: string, rows: OutputTensor, classes: number): ColumnMaxima {
  const anchors = rows.dims[2];
  const [first, end] = [4 * anchors, (4 + classes) * anchors];
  checkFinite(name, rows, 0, first);
  checkFinite(name, rows, end);
  const maxima = columnMaxima(rows.data.subarray(first, end), anchors);
  if (maxima === null) throw notFinite(name, rows.dims);
  return maxima;
}

/** `count` values of one anchor, from row `first` on. */
function column({ dims, data }: OutputTensor, anchor: number, first: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let row = 0; row < count; row++) values[row] = data[(first + row) * dims[2] + anchor];
  return values;
}
