/** A share, and where it lies with 95 % confidence. All 0..1. */
export interface ShareInterval {
  readonly share: number;
  readonly from: number;
  readonly to: number;
}

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959964;

/**
 * A share of things that come in groups which are not independent, such as the objects of an image: of a picture where a model errs, it
 * often errs about several. Only sums are kept, so that any number of groups fits.
 *
 * The interval is Wilson's score interval with the effective sample size of the ratio estimator over groups, corrected for the number of
 * groups (Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts estimated from survey
 * data", Survey Methodology 24, 1998).
 */
export class ClusteredShare {
  #groups = 0;
  #hits = 0;
  #count = 0;
  #hitsSquared = 0;
  #hitsTimesCount = 0;
  #countSquared = 0;

  /** One group: `hits` of its `count` things. */
  add(hits: number, count: number): void {
    if (count === 0) return;
    this.#groups++;
    this.#hits += hits;
    this.#count += count;
    this.#hitsSquared += hits * hits;
    this.#hitsTimesCount += hits * count;
    this.#countSquared += count * count;
  }

  get hits(): number {
    return this.#hits;
  }

  get count(): number {
    return this.#count;
  }

  /** Null where nothing was counted. */
  interval(): ShareInterval | null {
    if (this.#count === 0) return null;
    const share = this.#hits / this.#count;
    return { share, ...wilson(share, this.#effectiveCount(share)) };
  }

  /** So many independent things would tell as much about the share. */
  #effectiveCount(share: number): number {
    const degrees = this.#groups - 1;
    if (degrees === 0) return 1;
    const correction = (Z / studentQuantile(degrees)) ** 2;
    // Where all is alike, its spread says nothing, and groups may be alike within: each tells no more than one thing.
    if (share === 0 || share === 1) return this.#groups * correction;
    const residuals = this.#hitsSquared - 2 * share * this.#hitsTimesCount + share ** 2 * this.#countSquared;
    const variance = ((this.#groups / degrees) * Math.max(0, residuals)) / this.#count ** 2;
    return Math.min(this.#count, (share * (1 - share)) / variance) * correction;
  }
}

function wilson(share: number, count: number): { from: number; to: number } {
  const weight = Z ** 2 / count;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (Z / (1 + weight)) * Math.sqrt((share * (1 - share)) / count + weight / (4 * count));
  return { from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

/** Two-sided 95 % quantile of Student's t: Cornish-Fisher expansion, within 1 % from 3 degrees of freedom on. */
function studentQuantile(degrees: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
