import { type Box, boxArea, boxHeight, boxWidth, intersectBoxes, type Rle, rle, type Size } from '../../core/index.ts';
import type { Detection } from '../teacher.ts';
import { stitchParts } from './test-time-stitching.ts';
import type { View } from './test-time-views.ts';

/** What was seen in one view, in pixels of the picture. */
export interface Sighting {
  readonly view: View;
  readonly detection: Detection;
}

/** Two masks of one class that overlap by more than this IoU are one object. */
const SAME_OBJECT_IOU = 0.5;
/** An object that ends this near to a window's edge, as a share of the window's side, may go on beyond it. */
const BORDER_FRACTION = 0.01;
/** A cut part with this share of its mask in an object that was seen whole is a part of it... */
const COVERED_FRACTION = 0.6;
/** ...unless the object's score is below this share of the part's: a faint guess must not hide what was seen clearly. */
const FAINT_FRACTION = 0.5;

/**
 * The detections of a picture from those of all its views; their order does not matter.
 * 1. A part that a window's inner border cuts goes where another window of its grid sees all that the part shows, or where an object of
 *    its class, seen whole in any view, covers it.
 * 2. The parts that are left are stitched together.
 * 3. Greedy mask NMS within classes: by falling score, each stays unless one that stayed is the same object.
 * A score is that of the one sighting that stayed (of the best part, where parts were stitched): never a mean nor a sum, so it means
 * what it means in a single view, and thresholds keep their sense. Of more views it is the best, so scores rise a little with their number.
 * Where mirrored pictures are looked at too, what stays tells how well its own look's mirror image agrees; see {@link withFlipAgreement}.
 * @returns at most `maxDetections`, by falling score.
 */
export function mergeSightings(
  sightings: readonly Sighting[],
  views: readonly View[],
  picture: Size,
  maxDetections: number,
): readonly Detection[] {
  const ranked = sightings.toSorted(byPrecedence);
  const isWhole = ({ view, detection }: Sighting) => seesWhole(view, detection.box, picture);
  const whole = ranked.filter(isWhole);
  const parts = ranked.filter((sighting) => {
    if (isWhole(sighting) || isCovered(sighting.detection, whole)) return false;
    return !views.some((view) => view.grid === sighting.view.grid && seesWhole(view, sighting.detection.box, picture));
  });
  const objects = [...whole, ...stitchParts(parts)].sort(byPrecedence);
  return suppressRepetitions(objects, maxDetections).map((object) => withFlipAgreement(object, objects));
}

/** Whether a box lies in a window without touching a border beyond which the picture goes on. */
function seesWhole({ window }: View, box: Box, { width, height }: Size): boolean {
  const marginX = BORDER_FRACTION * boxWidth(window);
  const marginY = BORDER_FRACTION * boxHeight(window);
  return (
    (window.x1 <= 0 || box.x1 > window.x1 + marginX) &&
    (window.y1 <= 0 || box.y1 > window.y1 + marginY) &&
    (window.x2 >= width || box.x2 < window.x2 - marginX) &&
    (window.y2 >= height || box.y2 < window.y2 - marginY)
  );
}

function isCovered(part: Detection, whole: readonly Sighting[]): boolean {
  const clear = detectionsOf(whole).filter((one) => mayBeOne(one, part) && one.score >= FAINT_FRACTION * part.score);
  return overlaps(part, clear, 'of the mask').some((share) => share >= COVERED_FRACTION);
}

/** @param ranked by falling score */
function suppressRepetitions(ranked: readonly Sighting[], maxDetections: number): readonly Sighting[] {
  const kept: Sighting[] = [];
  for (const one of ranked) {
    if (kept.length >= maxDetections) break;
    const rivals = detectionsOf(kept).filter((better) => mayBeOne(better, one.detection));
    if (!overlaps(one.detection, rivals, 'of both').some((iou) => iou > SAME_OBJECT_IOU)) kept.push(one);
  }
  return kept;
}

/**
 * An object with the largest mask IoU that it has with one of its class in the mirror image of its own look: the same windows at the same
 * scale, so that nothing but the flip differs. 0 where nothing of its class is seen there.
 */
function withFlipAgreement({ view, detection }: Sighting, objects: readonly Sighting[]): Detection {
  const { quality } = detection;
  if (quality === undefined || view.mirror === null) return detection;
  const mirrored = objects.filter((other) => other.view.grid === view.mirror && mayBeOne(other.detection, detection));
  const flipAgreement = Math.max(0, ...overlaps(detection, detectionsOf(mirrored), 'of both'));
  return { ...detection, quality: { ...quality, flipAgreement } };
}

const detectionsOf = (sightings: readonly Sighting[]): readonly Detection[] => sightings.map(({ detection }) => detection);

const mayBeOne = (a: Detection, b: Detection): boolean => a.classIndex === b.classIndex && boxArea(intersectBoxes(a.box, b.box)) > 0;

/** Shares 0..1 of a mask, or of both masks together, in which it overlaps others. */
function overlaps({ mask }: Detection, others: readonly Detection[], share: 'of the mask' | 'of both'): Float64Array {
  const masks = others.map((other) => other.mask);
  // COCO's IoU with a crowd region is the share of the mask alone.
  const crowd = masks.map(() => share === 'of the mask');
  return rle.iouMatrix([mask], masks, crowd);
}

/** By falling score; the rest decides between equal scores, so that only equal sightings of one look are interchangeable. */
function byPrecedence(a: Sighting, b: Sighting): number {
  const grids = a.view.grid < b.view.grid ? -1 : Number(a.view.grid > b.view.grid);
  return byRank(a.detection, b.detection) || byPlace(a.view.window, b.view.window) || grids;
}

function byRank(a: Detection, b: Detection): number {
  return b.score - a.score || a.classIndex - b.classIndex || byPlace(a.box, b.box) || byRuns(a.mask, b.mask);
}

const byPlace = (a: Box, b: Box): number => a.x1 - b.x1 || a.y1 - b.y1 || a.x2 - b.x2 || a.y2 - b.y2;

function byRuns({ counts: a }: Rle, { counts: b }: Rle): number {
  const differing = a.findIndex((count, run) => count !== b[run]);
  return differing < 0 || differing >= b.length ? a.length - b.length : a[differing] - b[differing];
}
