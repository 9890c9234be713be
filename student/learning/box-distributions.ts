import type { Anchors } from './anchors.ts';
import { padded } from './kernel.ts';
import { lossKernel } from './loss-kernel.ts';

/** Length of a distribution's row: the kernel works on four bins at a time; those beyond the last are next to 0. */
export const paddedBins = padded;

/**
 * The predicted distances from anchors to the sides of their boxes, as distributions over bins; bin i stands for i strides.
 * Li et al., "Generalized Focal Loss", NeurIPS 2020, section 3.2. Shape letters: N anchors, R bins.
 */
export interface BoxDistributions {
  /** [N, 4, R'] softmax of the logits; R' is {@link paddedBins} of R. */
  readonly probabilities: Float32Array;
  /** [N, 4] their means: left, top, right, bottom, in strides. */
  readonly distances: Float32Array;
}

/** Distributions of some of an image's anchors. @param boxLogits [A, 4R] @param chosen [N] anchors */
export function distributionsOf(boxLogits: Float32Array, bins: number, chosen: Int32Array): BoxDistributions {
  const { probabilities, distances } = computed(boxLogits, bins, chosen);
  return { probabilities: probabilities.slice(), distances: distances.slice() };
}

/** The distances of {@link distributionsOf} alone. */
export function distancesOf(boxLogits: Float32Array, bins: number, chosen: Int32Array): Float32Array {
  return computed(boxLogits, bins, chosen).distances.slice();
}

/** In the kernel's memory, until it is used again. */
function computed(boxLogits: Float32Array, bins: number, chosen: Int32Array): BoxDistributions {
  const kernel = lossKernel();
  const sides = chosen.length * 4;
  const room = paddedBins(bins);
  const [probabilities, distances] = kernel.layOut(sides * room, sides);
  if (room > bins) probabilities.fill(Number.NEGATIVE_INFINITY);
  for (let side = 0; side < sides; side++) {
    const from = (chosen[side >> 2] * 4 + (side & 3)) * bins;
    // Short rows are copied faster number by number than by `set`, which makes a view of each first.
    for (let bin = 0; bin < bins; bin++) probabilities[side * room + bin] = boxLogits[from + bin];
  }
  kernel.run.distributions(probabilities.byteOffset, sides, room, distances.byteOffset);
  return { probabilities, distances };
}

/** [A, 4] x1, y1, x2, y2 in input pixels, of the anchors chosen; 0 elsewhere. */
export function boxesAt({ count, x, y, stride }: Anchors, distances: Float32Array, chosen: Int32Array): Float32Array {
  const boxes = new Float32Array(count * 4);
  chosen.forEach((anchor, row) => {
    boxes[anchor * 4] = x[anchor] - distances[row * 4] * stride[anchor];
    boxes[anchor * 4 + 1] = y[anchor] - distances[row * 4 + 1] * stride[anchor];
    boxes[anchor * 4 + 2] = x[anchor] + distances[row * 4 + 2] * stride[anchor];
    boxes[anchor * 4 + 3] = y[anchor] + distances[row * 4 + 3] * stride[anchor];
  });
  return boxes;
}
