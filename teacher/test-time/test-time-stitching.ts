import { boxArea, intersectBoxes, type MaskQuality, type Rle, rle } from '../../core/index.ts';
import type { Detection } from '../teacher.ts';
import type { Sighting } from './test-time-merge.ts';

/** From this IoU on, where both windows look, two parts belong to one object. */
const SAME_OBJECT_IOU = 0.5;

/**
 * Joins the parts of objects that windows cut: parts of one class whose masks agree where their windows overlap become one detection, of
 * the union of masks, the box around them and the best part's score. A window has one part of an object at most, its best.
 * A part that goes on nowhere is a detection by itself. Of what is joined, the view is that of its best part.
 * @param parts of one picture, of the best score first.
 */
export function stitchParts(parts: readonly Sighting[]): readonly Sighting[] {
  let objects: (readonly Sighting[])[] = [];
  for (const part of parts) {
    let object: readonly Sighting[] = [part];
    const others: (readonly Sighting[])[] = [];
    for (const other of objects) {
      if (other.some((one) => continues(one, part)) && !shareWindow(other, object)) object = [...other, ...object];
      else others.push(other);
    }
    objects = [...others, object];
  }
  return objects.map(joined);
}

const shareWindow = (a: readonly Sighting[], b: readonly Sighting[]): boolean =>
  a.some((one) => b.some((other) => one.view === other.view));

function continues(a: Sighting, b: Sighting): boolean {
  if (a.view.grid !== b.view.grid || a.detection.classIndex !== b.detection.classIndex) return false;
  if (boxArea(intersectBoxes(a.detection.box, b.detection.box)) === 0) return false;
  const shared = rle.area(rle.intersection([a.detection.mask, b.detection.mask]));
  if (shared === 0) return false;
  const zone = rle.fromBox(a.detection.mask.size, intersectBoxes(a.view.window, b.view.window));
  const areaInZone = (mask: Rle) => rle.area(rle.intersection([mask, zone]));
  return shared >= SAME_OBJECT_IOU * (areaInZone(a.detection.mask) + areaInZone(b.detection.mask) - shared);
}

function joined(parts: readonly Sighting[]): Sighting {
  if (parts.length === 1) return parts[0];
  const best = parts.reduce((one, other) => (other.detection.score > one.detection.score ? other : one));
  return { view: best.view, detection: joinedDetection(parts.map(({ detection }) => detection)) };
}

function joinedDetection(detections: readonly Detection[]): Detection {
  const boxes = detections.map(({ box }) => box);
  return {
    classIndex: detections[0].classIndex,
    score: Math.max(...detections.map(({ score }) => score)),
    box: {
      x1: Math.min(...boxes.map(({ x1 }) => x1)),
      y1: Math.min(...boxes.map(({ y1 }) => y1)),
      x2: Math.max(...boxes.map(({ x2 }) => x2)),
      y2: Math.max(...boxes.map(({ y2 }) => y2)),
    },
    mask: rle.union(detections.map(({ mask }) => mask)),
    ...joinedQuality(detections),
  };
}

/** Each part's by its area; none where a part has none. */
function joinedQuality(detections: readonly Detection[]): Pick<Detection, 'quality'> {
  const parts = detections.flatMap(({ mask, quality }) => (quality === undefined ? [] : [{ quality, areaPx2: rle.area(mask) }]));
  if (parts.length < detections.length) return {};
  const total = parts.reduce((sum, { areaPx2 }) => sum + areaPx2, 0);
  const mean = (value: (quality: MaskQuality) => number) =>
    parts.reduce((sum, { quality, areaPx2 }) => sum + areaPx2 * value(quality), 0) / total;
  return {
    quality: { probability: mean(({ probability }) => probability), stability: mean(({ stability }) => stability), flipAgreement: null },
  };
}
