import { areaBands } from './area-bands.ts';
import type { Detection } from './detection.ts';
import { Growing } from './growing.ts';
import { everyThreshold, type PartMatches } from './matching.ts';

/** How many of an image's best detections of a category count for ar1, for ar10, and for everything else. Ascending. */
export type MaxDetections = readonly [first: number, second: number, all: number];

/** What matching leaves of one category, or of all together: a few bytes a detection, and nothing of its mask. */
export interface GroupMatches {
  /** All sizes, small, medium, large. */
  readonly bands: readonly BandMatches[]; // (B)
  readonly found: FoundTruths;
}

/**
 * The N detections that are a hit or a miss at one IoU threshold at least, under one band of areas, in falling order of score; among equals
 * the earlier image first, and within an image the earlier one. Bit t speaks of IoU threshold t.
 */
export interface BandMatches {
  readonly images: Uint32Array; // (N) place of the image, from 0
  readonly hits: Uint16Array; // (N)
  readonly ignored: Uint16Array; // (N)
}

/** Truths to find, and how often they were found, in each of the P images that have some. */
export interface FoundTruths {
  readonly images: Uint32Array; // (P)
  readonly truths: Uint32Array; // (P, B)
  /** Hits summed over the IoU thresholds: the best few, the best some, all, and all under the bands small, medium and large. */
  readonly hits: Uint32Array; // (P, 6)
}

/** For each column of {@link FoundTruths.hits} the band whose truths it is a share of. */
export const bandOfHits: readonly number[] = [0, 0, 0, 1, 2, 3];

/** Collects the matches of one group while its images come. */
export class GroupRecords {
  readonly #limits: MaxDetections;
  readonly #scores = new Growing(Float64Array);
  readonly #images = new Growing(Uint32Array);
  readonly #hits = new Growing(Uint16Array);
  readonly #misses = new Growing(Uint16Array);
  readonly #found = { images: new Growing(Uint32Array), truths: new Growing(Uint32Array), hits: new Growing(Uint32Array) };

  constructor(limits: MaxDetections) {
    this.#limits = limits;
  }

  /** Adds an image's part. Images come in ascending order, detections best first. */
  add(image: number, detections: readonly Detection[], { truths, hits, misses }: PartMatches): void {
    for (const { score } of detections) {
      this.#scores.push(score);
      this.#images.push(image);
    }
    for (const bits of hits) this.#hits.push(bits);
    for (const bits of misses) this.#misses.push(bits);
    if (truths[0] > 0) this.#addFound(image, truths, hits);
  }

  matches(): GroupMatches {
    const scores = this.#scores.values();
    const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
    const { images, truths, hits } = this.#found;
    return {
      bands: areaBands.map((_, band) => this.#band(order, band)),
      found: { images: images.values().slice(), truths: truths.values().slice(), hits: hits.values().slice() },
    };
  }

  #addFound(image: number, truths: Uint32Array, hits: Uint16Array): void {
    this.#found.images.push(image);
    for (const count of truths) this.#found.truths.push(count);
    const [first, second, all] = this.#limits;
    for (const limit of [first, second, all]) this.#found.hits.push(countHits(hits, 0, limit));
    for (let band = 1; band < areaBands.length; band++) this.#found.hits.push(countHits(hits, band, all));
  }

  #band(order: Uint32Array, band: number): BandMatches {
    const [allImages, allHits, allMisses] = [this.#images.values(), this.#hits.values(), this.#misses.values()];
    const images = new Growing(Uint32Array);
    const hits = new Growing(Uint16Array);
    const ignored = new Growing(Uint16Array);
    for (const detection of order) {
      const at = detection * areaBands.length + band;
      const counted = allHits[at] | allMisses[at];
      if (counted === 0) continue;
      images.push(allImages[detection]);
      hits.push(allHits[at]);
      ignored.push(everyThreshold & ~counted);
    }
    return { images: images.values().slice(), hits: hits.values().slice(), ignored: ignored.values().slice() };
  }
}

/** Set bits of the first `limit` detections under a band. */
function countHits(hits: Uint16Array, band: number, limit: number): number {
  let count = 0;
  const end = Math.min(hits.length, limit * areaBands.length);
  for (let at = band; at < end; at += areaBands.length) for (let bits = hits[at]; bits !== 0; bits &= bits - 1) count++;
  return count;
}
