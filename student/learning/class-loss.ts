import { lossKernel } from './loss-kernel.ts';

/** What the class logits of one image should be. Shape letters: A anchors, K classes, P positives. */
export interface ClassTargets {
  /** [A] weight of each anchor's loss. */
  readonly anchorWeights: Float32Array;
  /** [P] places in [A, K] whose target is not 0; each once. */
  readonly places: Int32Array;
  /** [P] soft targets there, 0..1. */
  readonly scores: Float64Array;
}

/** Logits that the kernel works on at once: they and their gradients fit the processor's nearest memory. */
const PIECE = 2048;

/**
 * Weighted binary cross-entropy of soft targets (the quality-weighted class loss of TOOD, without its focal factor), summed over an image.
 * Adds nothing to what is in `gradient` [A, K]: it stores `factor` times the loss's there.
 */
export function classLoss(logits: Float32Array, targets: ClassTargets, factor: number, gradient: Float32Array): number {
  const { anchorWeights, places, scores } = targets;
  const classCount = logits.length / anchorWeights.length;
  const step = Math.max(1, Math.floor(PIECE / classCount));
  let loss = 0;
  for (let from = 0; from < anchorWeights.length; from += step) {
    const weights = anchorWeights.subarray(from, from + step);
    loss += backgroundLoss(logits.subarray(from * classCount, (from + step) * classCount), weights, factor, gradient, from * classCount);
  }
  places.forEach((place, positive) => {
    const pull = anchorWeights[Math.floor(place / classCount)] * scores[positive];
    loss -= pull * logits[place];
    gradient[place] -= pull * factor;
  });
  return loss;
}

/** The loss of anchors as if none had an object. Anchors in a row that weigh the same are one call. */
function backgroundLoss(logits: Float32Array, weights: Float32Array, factor: number, gradient: Float32Array, to: number): number {
  const kernel = lossKernel();
  const classCount = logits.length / weights.length;
  // Room for what is read and written beyond the end.
  const [values, slopes] = kernel.layOut(logits.length + 4, logits.length + 4);
  values.set(logits);
  let loss = 0;
  for (let from = 0, end = 1; end <= weights.length; end++) {
    if (weights[end] === weights[from]) continue;
    const at = from * classCount * Float32Array.BYTES_PER_ELEMENT;
    const count = (end - from) * classCount;
    loss += weights[from] * kernel.run.backgroundLoss(values.byteOffset + at, count, weights[from] * factor, slopes.byteOffset + at);
    from = end;
  }
  gradient.set(slopes.subarray(0, logits.length), to);
  return loss;
}
