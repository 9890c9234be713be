import { boxArea, intersectBoxes, rle } from '../core/index.ts';
import { areaBands, isInside } from './area-bands.ts';
import type { Detection, IouType, Truth } from './detection.ts';

/** IoU thresholds 0.50, 0.55 to 0.95, to the last bit those of pycocotools: numpy's linspace multiplies a step and sets the end. */
export const iouThresholds: readonly number[] = [...Array.from({ length: 9 }, (_, at) => 0.5 + at * ((0.95 - 0.5) / 9)), 0.95];

/** The bits of all thresholds. */
export const everyThreshold: number = (1 << iouThresholds.length) - 1;

/** What is matched with each other: in general one category in one image. */
export interface ImagePart {
  readonly truths: readonly Truth[];
  /** The N detections that count, best first. */
  readonly detections: readonly Detection[];
  /** Whether every object was labeled; where not, a detection without a truth is not held against the model. */
  readonly exhaustive: boolean;
}

/**
 * What became of a part's N detections under each of B bands of areas. Bit t speaks of IoU threshold t; where a detection is neither hit
 * nor miss it is ignored: matched to an ignored truth, or unmatched and of an area outside the band.
 */
export interface PartMatches {
  /** Truths to find: no crowd, and of an area within the band. */
  readonly truths: Uint32Array; // (B)
  readonly hits: Uint16Array; // (N, B)
  readonly misses: Uint16Array; // (N, B)
}

/**
 * Matches detections with truths at every IoU threshold and under every band of areas.
 * @throws DATA_SIZE_MISMATCH where masks differ in size.
 */
export function matchPart(part: ImagePart, iouType: IouType): PartMatches {
  const { truths, detections } = part;
  const bands = areaBands.length;
  const candidates = findCandidates(truths, detections, iouType);
  const areas = detections.map((detection) => detectionArea(detection, iouType));
  const matches = {
    truths: new Uint32Array(bands),
    hits: new Uint16Array(detections.length * bands),
    misses: new Uint16Array(detections.length * bands),
  };
  areaBands.forEach((band, at) => {
    const market = new TruthMarket(
      truths,
      truths.map(({ crowd, areaPx2 }) => crowd || !isInside(band, areaPx2)),
    );
    matches.truths[at] = market.toFind;
    detections.forEach((_, d) => {
      const { hits, ignored } = market.take(candidates[d]);
      matches.hits[d * bands + at] = hits;
      if (part.exhaustive && isInside(band, areas[d])) matches.misses[d * bands + at] = everyThreshold & ~(hits | ignored);
    });
  });
  return matches;
}

/** The area that decides which size band an unmatched detection counts in, px2. */
export function detectionArea({ areaPx2, mask, box, boxAreaPx2 }: Detection, iouType: IouType): number {
  return areaPx2 ?? (iouType === 'segm' ? rle.area(mask) : (boxAreaPx2 ?? boxArea(box)));
}

/** A truth that overlaps a detection by the lowest threshold or more. */
interface Candidate {
  readonly truth: number;
  readonly iou: number;
}

const nothing = { hits: 0, ignored: 0 };

/** The truths of a part under one band. Detections come best first, and each takes what is left. */
class TruthMarket {
  readonly #truths: readonly Truth[];
  readonly #ignored: readonly boolean[];
  /** Bit t: taken at IoU threshold t. */
  readonly #taken: Uint16Array;

  constructor(truths: readonly Truth[], ignored: readonly boolean[]) {
    this.#truths = truths;
    this.#ignored = ignored;
    this.#taken = new Uint16Array(truths.length);
  }

  get toFind(): number {
    return this.#ignored.filter((flag) => !flag).length;
  }

  /** Bits of the thresholds at which a detection finds a truth, and at which it takes an ignored one. */
  take(candidates: readonly Candidate[]): { readonly hits: number; readonly ignored: number } {
    if (candidates.length === 0) return nothing;
    const fate = { hits: 0, ignored: 0 };
    // An ignored truth is taken only where no truth to find is left.
    const ordered = candidates.length === 1 ? candidates : candidates.toSorted((a, b) => this.#rank(a) - this.#rank(b));
    for (let t = 0; t < iouThresholds.length; t++) {
      const truth = this.#best(ordered, iouThresholds[t], 1 << t);
      if (truth < 0) continue;
      this.#taken[truth] |= 1 << t;
      if (this.#ignored[truth]) fate.ignored |= 1 << t;
      else fate.hits |= 1 << t;
    }
    return fate;
  }

  #rank({ truth }: Candidate): number {
    return this.#ignored[truth] ? 1 : 0;
  }

  /** The free truth with the largest overlap, the last among equals; -1 where none reaches the threshold. A crowd is always free. */
  #best(ordered: readonly Candidate[], threshold: number, bit: number): number {
    let best = -1;
    let bestIou = threshold;
    for (const { truth, iou } of ordered) {
      if (best >= 0 && this.#ignored[truth] && !this.#ignored[best]) break;
      if (iou < bestIou || (this.#taken[truth] & bit && !this.#truths[truth].crowd)) continue;
      best = truth;
      bestIou = iou;
    }
    return best;
  }
}

const none: readonly Candidate[] = [];

function findCandidates(truths: readonly Truth[], detections: readonly Detection[], iouType: IouType): (readonly Candidate[])[] {
  if (truths.length === 0) return detections.map(() => none);
  const overlaps = overlapMatrix(truths, detections, iouType);
  return detections.map((_, d) => {
    const found: Candidate[] = [];
    for (let truth = 0; truth < truths.length; truth++) {
      const iou = overlaps[d * truths.length + truth];
      if (iou >= iouThresholds[0]) found.push({ truth, iou });
    }
    return found;
  });
}

/** (D, G) row-major; against a crowd, the share of the detection that lies in it. */
function overlapMatrix(truths: readonly Truth[], detections: readonly Detection[], iouType: IouType): Float64Array {
  if (iouType === 'bbox') return Float64Array.from(detections.flatMap((detection) => truths.map((truth) => boxOverlap(detection, truth))));
  return rle.iouMatrix(
    detections.map(({ mask }) => mask),
    truths.map(({ mask }) => mask),
    truths.map(({ crowd }) => crowd),
  );
}

function boxOverlap(detection: Detection, truth: Truth): number {
  const intersection = boxArea(intersectBoxes(detection.box, truth.box));
  if (intersection === 0) return 0;
  const own = areaOfBox(detection);
  return intersection / (truth.crowd ? own : own + areaOfBox(truth) - intersection);
}

const areaOfBox = ({ box, boxAreaPx2 }: Detection | Truth): number => boxAreaPx2 ?? boxArea(box);
