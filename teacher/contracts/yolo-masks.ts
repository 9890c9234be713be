import type { YoloOutputs } from '../contract.ts';
import type { InputPlacement } from '../input/input-placement.ts';
import { toDetections } from '../output/detections.ts';
import type { Candidate } from '../output/non-max-suppression.ts';
import { finiteOutput, type Outputs } from '../output/outputs.ts';
import { type Prototypes, prototypeMask } from '../output/prototype-mask.ts';
import type { Detection } from '../teacher.ts';

/** The prototypes of a run, all finite. Throws MODEL_NOT_FINITE, MODEL_BAD_OUTPUT. */
export function readPrototypes(outputs: Outputs, { prototypes }: YoloOutputs, coefficients: number): Prototypes {
  const { dims, data } = finiteOutput(outputs, prototypes, [1, coefficients, null, null]);
  return { size: { width: dims[3], height: dims[2] }, data };
}

/** Detections with masks made of prototypes. @param coefficientsOf M values for a candidate's anchor. */
export function withPrototypeMasks(
  kept: readonly Candidate[],
  prototypes: Prototypes,
  coefficientsOf: (anchor: number) => Float32Array,
  placement: InputPlacement,
): readonly Detection[] {
  return toDetections(kept, placement, ({ anchor }, box) => prototypeMask(coefficientsOf(anchor), prototypes, box, placement));
}
