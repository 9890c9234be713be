import type { YoloSegNmsHead } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { asScore, isNamed, strongest } from '../output/detections.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs, type OutputTensor } from '../output/outputs.ts';
import type { Detection, DetectionSettings } from '../teacher.ts';
import { readPrototypes, withPrototypeMasks } from './yolo-masks.ts';

/** Objects of one picture from rows of x1, y1, x2, y2, score, class and coefficients; rows of zeros fill up. Throws as decodeYoloSeg. */
export function decodeYoloSegNms(
  head: YoloSegNmsHead,
  classNames: readonly (string | null)[],
  outputs: Outputs,
  placement: InputPlacement,
  settings: DetectionSettings,
): readonly Detection[] {
  const name = head.outputs.detections;
  const rows = finiteOutput(outputs, name, [1, null, 6 + head.coefficients]);
  const prototypes = readPrototypes(outputs, head.outputs, head.coefficients);
  const kept = strongest(findCandidates(name, rows, classNames, settings.floor), settings.maxDetections);
  return withPrototypeMasks(kept, prototypes, (row) => rowOf(rows, row).subarray(6), placement);
}

function findCandidates(name: string, rows: OutputTensor, classNames: readonly (string | null)[], floor: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let row = 0; row < rows.dims[1]; row++) {
    const [x1, y1, x2, y2, score, classIndex] = rowOf(rows, row);
    if (score >= floor && isNamed(classIndex, classNames, name, rows.dims))
      candidates.push({ classIndex, score: asScore(score, name, rows.dims), box: { x1, y1, x2, y2 }, anchor: row });
  }
  return candidates;
}

const rowOf = ({ dims, data }: OutputTensor, row: number): Float32Array => data.subarray(row * dims[2], (row + 1) * dims[2]);
