import type { CategoryId } from '../core/index.ts';
import type { Detection, IouType, Truth } from './detection.ts';
import { type GroupMatches, GroupRecords, type MaxDetections } from './group-matches.ts';
import { matchPart } from './matching.ts';

/** An image to be measured. */
export interface EvaluationImage {
  readonly truths: readonly Truth[];
  readonly detections: readonly Detection[];
}

export interface EvaluationOptions {
  /** COCO's [1, 10, 100] unless given. */
  readonly maxDetections?: MaxDetections;
  /** Whether every detection may find every truth, whatever their categories (pycocotools' `useCats = 0`). */
  readonly categoryAgnostic?: boolean;
}

/** Images as COCO's evaluation keeps them: enough for every number, for curves and for resampling, in a few bytes a detection. */
export interface CocoMatches {
  readonly protocol: 'coco';
  /** How many there were. */
  readonly images: number;
  readonly maxDetections: MaxDetections;
  /** The categories that are told apart; none where the evaluation is category-agnostic. */
  readonly categories: readonly CategoryId[];
  /** One for each category, or a single one for all together. */
  readonly groups: readonly GroupMatches[];
}

/**
 * Matches detections with human labels as pycocotools' COCOeval does. Each image is matched when it arrives and then let go, so that a
 * generator needs memory for one image at a time. Images must come in ascending order of their COCO id: among equal scores the earlier
 * image goes first. Truths and detections of other categories than the given ones are left out.
 * @throws DATA_SIZE_MISMATCH where the masks of an image differ in size.
 */
export function matchImages(
  images: Iterable<EvaluationImage>,
  categories: readonly CategoryId[],
  iouType: IouType,
  { maxDetections = [1, 10, 100], categoryAgnostic = false }: EvaluationOptions = {},
): CocoMatches {
  const groups = categoryAgnostic ? [new GroupRecords(maxDetections)] : categories.map(() => new GroupRecords(maxDetections));
  const groupOf = new Map(categories.map((category, at) => [category, categoryAgnostic ? groups[0] : groups[at]]));
  let count = 0;
  for (const image of images) {
    for (const [group, { truths, detections }] of splitByGroup(image, groupOf)) {
      const best = bestDetections(detections, maxDetections[2]);
      group.add(count, best, matchPart({ truths, detections: best, exhaustive: true }, iouType));
    }
    count++;
  }
  return {
    protocol: 'coco',
    images: count,
    maxDetections,
    categories: categoryAgnostic ? [] : categories,
    groups: groups.map((group) => group.matches()),
  };
}

/** What an image has of one group. */
interface GroupPart {
  readonly truths: Truth[];
  readonly detections: Detection[];
}

/** Truths and detections by the group of their category; those of other categories are left out. */
export function splitByGroup<Group>(
  { truths, detections }: EvaluationImage,
  groupOf: ReadonlyMap<CategoryId, Group>,
): ReadonlyMap<Group, GroupPart> {
  const parts = new Map<Group, GroupPart>();
  const partOf = (category: CategoryId): GroupPart | undefined => {
    const group = groupOf.get(category);
    if (group === undefined) return undefined;
    const part = parts.get(group) ?? { truths: [], detections: [] };
    parts.set(group, part);
    return part;
  };
  // pycocotools goes through an image category by category, which decides between equals where categories share a group.
  for (const truth of byCategory(truths)) partOf(truth.category)?.truths.push(truth);
  for (const detection of byCategory(detections)) partOf(detection.category)?.detections.push(detection);
  return parts;
}

/** The `limit` detections of the highest scores, best first; among equals the earlier one first. */
export function bestDetections(detections: readonly Detection[], limit: number): Detection[] {
  return detections.toSorted((a, b) => b.score - a.score).slice(0, limit);
}

function byCategory<Instance extends { readonly category: CategoryId }>(instances: readonly Instance[]): Instance[] {
  return instances.toSorted((a, b) => a.category - b.category);
}
