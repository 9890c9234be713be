import type { Sampling } from './mask-sampling.ts';

/** What the values of a model's masks are. */
export type MaskValues = 'logits' | 'probabilities';

/** How values tell of an object. */
interface Scale {
  /** Object above it: where the probability is 0.5. */
  readonly threshold: number;
  /** How far a threshold moves for the stability of a mask, to either side. */
  readonly margin: number;
  /** Probability 0..1 of a value from which the threshold was taken away. */
  readonly probability: (aboveThreshold: number) => number;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** One logit, as Segment Anything's `stability_score_offset`: probabilities of about 0.27 and 0.73. */
const STABILITY_LOGITS = 1;

export const SCALES: Readonly<Record<MaskValues, Scale>> = {
  logits: { threshold: 0, margin: STABILITY_LOGITS, probability: sigmoid },
  // Half precision and quantisation overshoot a little.
  probabilities: { threshold: 0.5, margin: sigmoid(STABILITY_LOGITS) - 0.5, probability: (above) => Math.min(1, above + 0.5) },
};

/**
 * Mean probability, 0.5..1, of the cells above the threshold, at least one; each counts by what the box's pixels take of it.
 * Cells rather than pixels: there are fewer by the square of how much the mask is enlarged, and what lies between them is invented.
 * @param cells less the threshold, row-major [rows.cells, columns.cells]
 */
export function meanProbability(cells: Float32Array, columns: Sampling, rows: Sampling, { probability }: Scale): number {
  const across = shares(columns);
  const down = shares(rows);
  let sum = 0;
  let total = 0;
  for (let row = 0, at = 0; row < down.length; row++) {
    for (let column = 0; column < across.length; column++, at++) {
      if (cells[at] <= 0) continue;
      const share = across[column] * down[row];
      sum += share * probability(cells[at]);
      total += share;
    }
  }
  return sum / total;
}

/** What the pixels along an axis take of each cell, together. */
function shares({ cells, low, weights }: Sampling): Float64Array {
  const taken = new Float64Array(cells);
  const taps = weights.length / low.length;
  for (let tap = 0; tap < weights.length; tap++) taken[low[Math.floor(tap / taps)] + (tap % taps)] += weights[tap];
  return taken;
}
