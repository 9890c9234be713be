import type { YoloV5SegHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { asScore, centredBox } from '../output/detections.ts';
import { type Candidate, nonMaxSuppression } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, type OutputTensor } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { readPrototypes, withPrototypeMasks } from './yolo-masks.ts';

/** Objects of one picture from rows of cx, cy, w, h, objectness, K probabilities and coefficients. Throws as decodeYoloSeg. */
export function decodeYoloV5Seg(
  head: YoloV5SegHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const { coefficients } = head;
  const name = head.outputs.detections;
  const rows = finiteOutput(outputs, name, [1, null, 5 + classNames.length + coefficients]);
  const prototypes = readPrototypes(outputs, head.outputs, coefficients);
  const kept = nonMaxSuppression(findCandidates(name, rows, classNames, settings.floor), settings.nmsIou, settings.maxDetections);
  const coefficientsOf = (row: number) => rows.data.subarray((row + 1) * rows.dims[2] - coefficients, (row + 1) * rows.dims[2]);
  return withPrototypeMasks(kept, prototypes, coefficientsOf, placement);
}

/** One candidate for each row whose best class, times its objectness, reaches the floor and has a name. */
function findCandidates(name: string, { dims, data }: OutputTensor, classNames: readonly (string | null)[], floor: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let row = 0, at = 0; row < dims[1]; row++, at += dims[2]) {
    const objectness = data[at + 4];
    // Probabilities are 1 at most: without an object there is no need to look at them.
    if (objectness < floor) continue;
    const classIndex = bestClass(data, at + 5, classNames.length);
    const score = asScore(objectness * data[at + 5 + classIndex], name, dims);
    if (score < floor || classNames[classIndex] === null) continue;
    candidates.push({ classIndex, score, box: centredBox(data[at], data[at + 1], data[at + 2], data[at + 3]), anchor: row });
  }
  return candidates;
}

function bestClass(data: Float32Array, start: number, classes: number): number {
  let best = 0;
  for (let index = 1; index < classes; index++) if (data[start + index] > data[start + best]) best = index;
  return best;
}
