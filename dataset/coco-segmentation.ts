import { expectation, type Rle, rle, SelfpasteError, type Size, sameSize, showSize } from '../core/index.ts';
import type { FileProblem } from './file-problem.ts';

/** A mask and what had to be left out of it; or why there is none. */
export type Segmentation =
  | { readonly ok: true; readonly mask: Rle; readonly leftOut: readonly FileProblem[] }
  | { readonly ok: false; readonly problem: FileProblem };

/**
 * Reads COCO's `segmentation`: polygons, compressed RLE or uncompressed RLE. Polygons are cut at the image, an RLE must be as large as it.
 * Parts of a polygon list that are no polygons are left out and the others kept. Reasons: `no-segmentation`, `bad-segmentation`,
 * `bad-polygon`, `bad-polygon-part` (in `leftOut`), `bad-rle`, `empty-mask`.
 */
export function readSegmentation(segmentation: unknown, size: Size): Segmentation {
  const read = readSegmentationOrEmpty(segmentation, size);
  if (!read.ok || rle.area(read.mask) > 0) return read;
  return refused('empty-mask', 'its mask has no pixel inside the image');
}

/** Reads a COCO RLE object; its own `size` [height, width] must be that of the image where one is given. */
export function readRle(segmentation: unknown, imageSize?: Size): Segmentation {
  const { size, counts } = segmentation as { size?: unknown; counts?: unknown };
  if (!isHeightWidth(size)) return refused('bad-rle', expectation('RLE size', 'two integers [height, width]', size));
  const own = { height: size[0], width: size[1] };
  if (imageSize && !sameSize(own, imageSize))
    return refused('bad-rle', `Expected the size of the image, ${showSize(imageSize)}, for the RLE, got ${showSize(own)}`);
  try {
    return { ok: true, mask: decodeCounts(own, counts), leftOut: [] };
  } catch (error) {
    if (error instanceof SelfpasteError) return refused('bad-rle', error.message);
    throw error;
  }
}

/** The same, where a mask without pixels is as good as any: in an evaluation it is a truth that nothing finds. */
export function readSegmentationOrEmpty(segmentation: unknown, size: Size): Segmentation {
  if (segmentation === undefined || segmentation === null)
    return refused('no-segmentation', 'it has no mask, and a box alone is not turned into one');
  if (Array.isArray(segmentation)) return readPolygons(segmentation, size);
  if (typeof segmentation === 'object') return readRle(segmentation, size);
  return refused('bad-segmentation', expectation('segmentation', 'polygons or an RLE object', segmentation));
}

function readPolygons(parts: readonly unknown[], size: Size): Segmentation {
  if (parts.length === 0) return refused('empty-mask', 'its list of polygons is empty');
  const polygons: number[][] = [];
  const leftOut: FileProblem[] = [];
  for (const part of parts) {
    const fault = polygonFault(part);
    if (fault === undefined) polygons.push(part as number[]);
    else leftOut.push({ reason: 'bad-polygon-part', detail: fault });
  }
  if (polygons.length === 0) return refused('bad-polygon', leftOut[0]?.detail ?? 'it has no polygon');
  return { ok: true, mask: rle.fromPolygons(size, polygons), leftOut };
}

function polygonFault(part: unknown): string | undefined {
  if (!Array.isArray(part)) return expectation('a polygon', 'a list of coordinates [x, y, x, y, ...]', part);
  const wrong = part.findIndex((coordinate) => typeof coordinate !== 'number' || !Number.isFinite(coordinate));
  if (wrong >= 0) return expectation(`coordinate ${wrong} of a polygon`, 'a finite number', part[wrong]);
  if (part.length % 2 !== 0) return expectation('the coordinates of a polygon', 'an even number', part.length);
  if (part.length < 6) return expectation('the points of a polygon', '3 or more', part.length / 2);
  return isOnOneLine(part) ? 'the points of a polygon lie on one line, so that it has no area' : undefined;
}

/** Whether all points are on the line through the first point and the point farthest from it. Exact for coordinates on a line. */
function isOnOneLine(points: readonly number[]): boolean {
  const [x0, y0] = points as [number, number];
  let farX = 0;
  let farY = 0;
  for (let at = 2; at < points.length; at += 2) {
    const dx = points[at] - x0;
    const dy = points[at + 1] - y0;
    if (Math.hypot(dx, dy) > Math.hypot(farX, farY)) [farX, farY] = [dx, dy];
  }
  const tolerance = 1e-9 * (farX * farX + farY * farY);
  return points.every((_, at) => at % 2 === 1 || Math.abs((points[at] - x0) * farY - (points[at + 1] - y0) * farX) <= tolerance);
}

function decodeCounts(size: Size, counts: unknown): Rle {
  if (typeof counts === 'string') return rle.fromString(size, counts);
  if (Array.isArray(counts)) return rle.fromCounts(size, counts);
  throw new SelfpasteError(
    'DATA_BAD_RLE',
    expectation('RLE counts', 'a string or a list of numbers', counts),
    'write the counts as COCO has them',
  );
}

const isHeightWidth = (size: unknown): size is [number, number] =>
  Array.isArray(size) && size.length === 2 && size.every((side) => Number.isSafeInteger(side) && side > 0);

const refused = (reason: string, detail: string) => ({ ok: false, problem: { reason, detail } }) as const;
