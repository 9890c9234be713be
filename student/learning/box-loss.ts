import { distributionsOf, paddedBins } from './box-distributions.ts';
import { completeIouLoss } from './complete-iou.ts';

/** What the boxes of one image's positives should be. Shape letters: A anchors, P positives, R bins. */
export interface BoxTargets {
  /** [P] anchors, each once. */
  readonly anchors: Int32Array;
  /** [P, 4] distances from the anchor to the sides of its object: left, top, right, bottom, in strides; below 0 where the anchor lies outside. */
  readonly distances: Float64Array;
  /** [P] */
  readonly weights: Float64Array;
}

/** Distances beyond it have no bin above them; in strides below the last bin. */
const BELOW_LAST_BIN = 0.01;

/**
 * Complete-IoU loss and distribution focal loss (the mean of four sides) of an image's positives, each summed with the positives' weights.
 * Stores `factors` times their gradients in the positives' rows of `gradient` [A, 4R].
 */
export function boxLoss(
  boxLogits: Float32Array,
  bins: number,
  targets: BoxTargets,
  factors: { readonly box: number; readonly dfl: number },
  gradient: Float32Array,
): { readonly box: number; readonly dfl: number } {
  const { probabilities, distances } = distributionsOf(boxLogits, bins, targets.anchors);
  const [predicted, wanted, slopes] = [new Float64Array(4), new Float64Array(4), new Float64Array(4)];
  let [box, dfl] = [0, 0];
  targets.anchors.forEach((anchor, positive) => {
    const weight = targets.weights[positive];
    for (let side = 0; side < 4; side++) {
      predicted[side] = distances[positive * 4 + side];
      wanted[side] = targets.distances[positive * 4 + side];
    }
    box += weight * completeIouLoss(predicted, wanted, slopes);
    for (let side = 0; side < 4; side++) {
      const row: SideRow = { boxLogits, bins, at: (anchor * 4 + side) * bins, probabilities, row: positive * 4 + side };
      const place = Math.max(0, Math.min(bins - 1 - BELOW_LAST_BIN, wanted[side]));
      dfl += (weight / 4) * focalLoss(row, place);
      storeSlopes(row, weight * factors.box * slopes[side], predicted[side], (weight / 4) * factors.dfl, place, gradient);
    }
  });
  return { box, dfl };
}

/** The distribution of one side of one positive: its logits begin at `at`, and its probabilities are the row `row`. */
interface SideRow {
  readonly boxLogits: Float32Array;
  readonly bins: number;
  readonly at: number;
  readonly probabilities: Float32Array;
  readonly row: number;
}

/**
 * Distribution focal loss (Li et al., "Generalized Focal Loss", NeurIPS 2020, equation 6): cross-entropy with the two bins around the
 * place wanted, by nearness.
 */
function focalLoss(side: SideRow, place: number): number {
  const lower = Math.floor(place);
  const upperShare = place - lower;
  const { boxLogits, at } = side;
  return logSumExp(side) - (1 - upperShare) * boxLogits[at + lower] - upperShare * boxLogits[at + lower + 1];
}

/** From the likeliest bin, whose probability is far from 0. */
function logSumExp({ boxLogits, bins, at, probabilities, row }: SideRow): number {
  let best = 0;
  for (let bin = 1; bin < bins; bin++) if (boxLogits[at + bin] > boxLogits[at + best]) best = bin;
  return boxLogits[at + best] - Math.log(probabilities[row * paddedBins(bins) + best]);
}

/** Both gradients of one side. The mean of a distribution moves with its logits by p_i (i - mean); the focal loss by p_i less the share wanted. */
function storeSlopes(side: SideRow, perMean: number, mean: number, focalFactor: number, place: number, gradient: Float32Array): void {
  const { bins, at, probabilities, row } = side;
  const first = row * paddedBins(bins);
  for (let bin = 0; bin < bins; bin++) gradient[at + bin] = probabilities[first + bin] * (perMean * (bin - mean) + focalFactor);
  const lower = Math.floor(place);
  gradient[at + lower] -= focalFactor * (lower + 1 - place);
  gradient[at + lower + 1] -= focalFactor * (place - lower);
}
