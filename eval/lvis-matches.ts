import type { CategoryId } from '../core/index.ts';
import type { IouType } from './detection.ts';
import { type GroupMatches, GroupRecords } from './group-matches.ts';
import { bestDetections, type EvaluationImage, splitByGroup } from './matches.ts';
import { detectionArea, matchPart } from './matching.ts';

/** How many training pictures show a category: fewer than 10, fewer than 100, or more. */
export type Frequency = 'rare' | 'common' | 'frequent';

export interface LvisCategory {
  readonly id: CategoryId;
  readonly frequency: Frequency;
}

/** An image whose labels speak only of the categories that its truths have and of those named here. */
export interface LvisImage extends EvaluationImage {
  /** Categories that were looked for and are not there. */
  readonly negativeCategories: readonly CategoryId[];
  /** Categories of which there may be more objects than were labeled. */
  readonly notExhaustiveCategories: readonly CategoryId[];
}

/** Images as LVIS's evaluation keeps them. */
export interface LvisMatches {
  readonly protocol: 'lvis';
  /** How many there were. */
  readonly images: number;
  readonly categories: readonly LvisCategory[];
  /** One for each category. */
  readonly groups: readonly GroupMatches[];
}

/** An image's detections that count, over all categories together. */
export const lvisMaxDetections = 300;

/**
 * Matches detections with human labels as lvis-api 0.5 does: the best 300 detections of an image count, over all categories together; those
 * of a category that the image's labels do not speak of are left out; where not all objects of a category were labeled, a detection
 * without a truth is ignored; truths and detections without area are left out; no truth is a crowd. Else as `matchImages`.
 * @throws DATA_SIZE_MISMATCH where the masks of an image differ in size.
 */
export function matchLvisImages(images: Iterable<LvisImage>, categories: readonly LvisCategory[], iouType: IouType): LvisMatches {
  const limit = lvisMaxDetections;
  const records = categories.map(({ id }) => ({ id, group: new GroupRecords([limit, limit, limit]) }));
  const recordOf = new Map(records.map((record) => [record.id, record]));
  let count = 0;
  for (const image of images) {
    const open = new Set(image.notExhaustiveCategories);
    for (const [{ id, group }, { truths, detections }] of splitByGroup(judged(image, iouType), recordOf)) {
      const best = bestDetections(detections, limit);
      group.add(count, best, matchPart({ truths, detections: best, exhaustive: !open.has(id) }, iouType));
    }
    count++;
  }
  return { protocol: 'lvis', images: count, categories, groups: records.map(({ group }) => group.matches()) };
}

/** What LVIS's evaluation sees of an image. */
function judged(image: LvisImage, iouType: IouType): EvaluationImage {
  const truths = image.truths.filter(({ areaPx2 }) => areaPx2 > 0).map((truth) => ({ ...truth, crowd: false }));
  const spokenOf = new Set([...image.negativeCategories, ...truths.map(({ category }) => category)]);
  const detections = bestDetections(image.detections, lvisMaxDetections).filter(
    (detection) => spokenOf.has(detection.category) && detectionArea(detection, iouType) > 0,
  );
  return { truths, detections };
}
