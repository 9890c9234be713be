import { type Box, boxArea, type GroundTruth, intersectBoxes, rle } from '../core/index.ts';
import type { Detection, IouType } from './detection.ts';

/** IoU thresholds 0.50, 0.55 to 0.95, to the last bit those of pycocotools: numpy's linspace multiplies a step and sets the end. */
export const iouThresholds: readonly number[] = [...Array.from({ length: 9 }, (_, at) => 0.5 + at * ((0.95 - 0.5) / 9)), 0.95];

/** COCO's bands of areas in px2, both ends in: all, small, medium, large. */
const areaBands: readonly { readonly from: number; readonly to: number }[] = [
  { from: 0, to: 1e5 ** 2 },
  { from: 0, to: 32 ** 2 },
  { from: 32 ** 2, to: 96 ** 2 },
  { from: 96 ** 2, to: 1e5 ** 2 },
];

/** One category in one image. Detections are the ones that count, best first. */
export interface ImagePart {
  readonly truths: readonly GroundTruth[];
  readonly detections: readonly Detection[];
}

/** What became of a category's N detections, image by image and best first within an image. */
export interface CategoryMatches {
  readonly scores: Float64Array; // (N)
  /** Place of a detection within its image, from 0. */
  readonly ranks: Uint32Array; // (N)
  /** The detections in falling order of score; among equals the earlier one first. */
  readonly order: Uint32Array; // (N)
  readonly bands: readonly BandMatches[];
}

/** Fates under one band of areas; bit t of a detection speaks of IoU threshold t. */
export interface BandMatches {
  /** Truths to find: no crowd, and of an area within the band. */
  readonly truths: number;
  readonly matched: Uint16Array; // (N)
  /** Neither right nor wrong: matched to an ignored truth, or unmatched and of an area outside the band. */
  readonly ignored: Uint16Array; // (N)
}

/** Matches the detections of one category with its truths, at every IoU threshold and under every band of areas. */
export function matchCategory(parts: readonly ImagePart[], iouType: IouType): CategoryMatches {
  const total = parts.reduce((sum, { detections }) => sum + detections.length, 0);
  const scores = new Float64Array(total);
  const ranks = new Uint32Array(total);
  const bands = areaBands.map(() => ({ truths: 0, matched: new Uint16Array(total), ignored: new Uint16Array(total) }));
  let offset = 0;
  for (const part of parts) {
    part.detections.forEach(({ score }, rank) => {
      scores[offset + rank] = score;
      ranks[offset + rank] = rank;
    });
    matchImage(part, iouType, bands, offset);
    offset += part.detections.length;
  }
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  return { scores, ranks, order, bands };
}

/** A truth that overlaps a detection by the lowest threshold or more. */
interface Candidate {
  readonly truth: number;
  readonly iou: number;
}

type MutableBand = { -readonly [Key in keyof BandMatches]: BandMatches[Key] };

function matchImage({ truths, detections }: ImagePart, iouType: IouType, bands: readonly MutableBand[], offset: number): void {
  const candidates = findCandidates(truths, detections, iouType);
  const crowd = truths.map((truth) => truth.crowd);
  const areas = detections.map((detection) => detectionArea(detection, iouType));
  bands.forEach((band, at) => {
    const { from, to } = areaBands[at];
    const isOutside = (areaPx2: number): boolean => areaPx2 < from || areaPx2 > to;
    const ignored = truths.map((truth) => truth.crowd || isOutside(truth.areaPx2));
    const taken = new Uint16Array(truths.length);
    band.truths += ignored.filter((flag) => !flag).length;
    for (let d = 0; d < detections.length; d++) {
      const fate = matchDetection(candidates[d], crowd, ignored, taken);
      band.matched[offset + d] = fate.matched;
      band.ignored[offset + d] = isOutside(areas[d]) ? fate.ignored | (everyThreshold & ~fate.matched) : fate.ignored;
    }
  });
}

const everyThreshold = (1 << iouThresholds.length) - 1;
const nothing = { matched: 0, ignored: 0 };

/** Bits of one detection at every threshold; marks the truths that it takes. */
function matchDetection(
  candidates: readonly Candidate[],
  crowd: readonly boolean[],
  ignored: readonly boolean[],
  taken: Uint16Array,
): { matched: number; ignored: number } {
  if (candidates.length === 0) return nothing;
  // An ignored truth is taken only where no truth to find is left.
  const ordered = [...candidates.filter(({ truth }) => !ignored[truth]), ...candidates.filter(({ truth }) => ignored[truth])];
  const fate = { matched: 0, ignored: 0 };
  for (let t = 0; t < iouThresholds.length; t++) {
    const bit = 1 << t;
    const isFree = (truth: number): boolean => crowd[truth] || (taken[truth] & bit) === 0;
    const truth = bestTruth(ordered, iouThresholds[t], ignored, isFree);
    if (truth < 0) continue;
    taken[truth] |= bit;
    fate.matched |= bit;
    if (ignored[truth]) fate.ignored |= bit;
  }
  return fate;
}

/** The free truth with the largest overlap, the last among equals; -1 where none reaches the threshold. */
function bestTruth(
  ordered: readonly Candidate[],
  threshold: number,
  ignored: readonly boolean[],
  isFree: (truth: number) => boolean,
): number {
  let best = -1;
  let bestIou = threshold;
  for (const { truth, iou } of ordered) {
    if (best >= 0 && ignored[truth] && !ignored[best]) break;
    if (iou < bestIou || !isFree(truth)) continue;
    best = truth;
    bestIou = iou;
  }
  return best;
}

function findCandidates(truths: readonly GroundTruth[], detections: readonly Detection[], iouType: IouType): Candidate[][] {
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
function overlapMatrix(truths: readonly GroundTruth[], detections: readonly Detection[], iouType: IouType): Float64Array {
  if (truths.length === 0 || detections.length === 0) return new Float64Array();
  if (iouType === 'bbox') return Float64Array.from(detections.flatMap(({ box }) => truths.map((truth) => boxOverlap(box, truth))));
  return rle.iouMatrix(
    detections.map(({ mask }) => mask),
    truths.map(({ mask }) => mask),
    truths.map(({ crowd }) => crowd),
  );
}

function boxOverlap(box: Box, truth: GroundTruth): number {
  const intersection = boxArea(intersectBoxes(box, truth.box));
  if (intersection === 0) return 0;
  return intersection / (truth.crowd ? boxArea(box) : boxArea(box) + boxArea(truth.box) - intersection);
}

function detectionArea({ areaPx2, mask, box }: Detection, iouType: IouType): number {
  return areaPx2 ?? (iouType === 'segm' ? rle.area(mask) : boxArea(box));
}
