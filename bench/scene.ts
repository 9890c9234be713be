import { type CategoryId, categoryId, type Rle, type Rng, rle, type Size, stream } from '../core/index.ts';

/** Every picture of the benchmarks is as large as most of COCO's. */
export const pictureSize: Size = { width: 640, height: 480 };
export const categoryCount = 80;

/** An object of a made picture. `outline` is a polygon [x0, y0, x1, y1, ...] in pixels, rounded to 0.01; the mask is what it covers. */
export interface SceneObject {
  readonly category: CategoryId;
  readonly outline: readonly number[];
  readonly mask: Rle;
  readonly crowd: boolean;
}

/** What a detector might say of a made picture: score 0..1 in steps of 0.001, so that ties occur. */
export interface SceneDetection {
  readonly category: CategoryId;
  readonly mask: Rle;
  readonly score: number;
}

/** 5 to 15 objects of long-tailed categories, from 10 to 360 px: half ellipses, half stars; one in a hundred is a crowd. */
export function sceneObjects(seed: number, imageId: number): SceneObject[] {
  const rng = stream(seed, 'bench-objects', imageId);
  return Array.from({ length: 5 + rng.integer(11) }, () => {
    const category = longTailed(rng);
    return { category, ...visibleOutline(rng), crowd: rng.chance(0.01) };
  });
}

/** `count` detections: displaced objects whose score follows their quality, confusions, and noise of low score. */
export function sceneDetections(seed: number, imageId: number, objects: readonly SceneObject[], count: number): SceneDetection[] {
  const rng = stream(seed, 'bench-detections', imageId);
  const found = objects.flatMap((object) => (rng.chance(0.12) ? [] : displacedCopies(rng, object))).slice(0, count);
  const noise = Array.from({ length: count - found.length }, () => noiseDetection(rng));
  return [...found, ...noise];
}

const smallestAreaPx2 = 16;

function visibleOutline(rng: Rng): { readonly outline: number[]; readonly mask: Rle } {
  for (;;) {
    const outline = drawOutline(rng);
    const mask = maskOf(outline);
    if (rle.area(mask) >= smallestAreaPx2) return { outline, mask };
  }
}

function drawOutline(rng: Rng): number[] {
  const side = Math.exp(rng.uniform(Math.log(10), Math.log(360)));
  const stretch = Math.exp(rng.uniform(-0.35, 0.35));
  const radiusX = Math.min(0.5 * side * stretch, 0.48 * pictureSize.width);
  const radiusY = Math.min((0.5 * side) / stretch, 0.48 * pictureSize.height);
  const centreX = rng.uniform(0.02, 0.98) * pictureSize.width;
  const centreY = rng.uniform(0.02, 0.98) * pictureSize.height;
  const turn = rng.uniform(0, Math.PI);
  const ellipse = rng.chance(0.5);
  const corners = ellipse ? 16 + rng.integer(33) : 6 + rng.integer(27);
  return Array.from({ length: corners }, (_, corner) => {
    const reach = ellipse ? 1 : Math.min(1.6, Math.max(0.35, 1 + 0.28 * rng.normal()));
    const x = radiusX * reach * Math.cos((2 * Math.PI * corner) / corners);
    const y = radiusY * reach * Math.sin((2 * Math.PI * corner) / corners);
    return insidePoint(centreX + x * Math.cos(turn) - y * Math.sin(turn), centreY + x * Math.sin(turn) + y * Math.cos(turn));
  }).flat();
}

/** One to three copies, each worse than the one before. */
function displacedCopies(rng: Rng, { category, outline }: SceneObject): SceneDetection[] {
  return Array.from({ length: 1 + rng.integer(3) }, (_, copy) => {
    const fault = Math.abs((0.05 + 0.07 * copy) * rng.normal());
    const mask = maskOf(displaced(rng, outline, fault));
    const confused = rng.chance(0.1) ? categoryId(1 + rng.integer(categoryCount)) : category;
    return { category: confused, mask, score: scoreOf(0.92 - 2.2 * fault - 0.12 * copy + 0.12 * rng.normal()) };
  });
}

/** Moves, stretches and roughens an outline by about `fault` of its size. */
function displaced(rng: Rng, outline: readonly number[], fault: number): number[] {
  const x = displacedAxis(
    rng,
    outline.filter((_, at) => at % 2 === 0),
    fault,
  );
  const y = displacedAxis(
    rng,
    outline.filter((_, at) => at % 2 === 1),
    fault,
  );
  return x.flatMap((value, corner) => insidePoint(value, y[corner]));
}

function displacedAxis(rng: Rng, values: readonly number[], fault: number): number[] {
  const extent = Math.max(4, Math.max(...values) - Math.min(...values));
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const stretch = Math.exp(fault * rng.normal());
  const move = centre + fault * extent * rng.normal();
  return values.map((value) => (value - centre) * stretch + move + 0.35 * fault * extent * rng.normal());
}

/** Noise scores lie like a beta distribution (1, 7): mostly low. */
function noiseDetection(rng: Rng): SceneDetection {
  const score = scoreOf(1 - (1 - rng.next()) ** (1 / 7));
  return { category: longTailed(rng), mask: maskOf(drawOutline(rng)), score };
}

const scoreOf = (value: number): number => Math.round(1000 * Math.min(0.999, Math.max(0.001, value))) / 1000;
const maskOf = (outline: readonly number[]): Rle => rle.fromPolygons(pictureSize, [outline]);
const insidePoint = (x: number, y: number): [number, number] => [inside(x, pictureSize.width), inside(y, pictureSize.height)];
const inside = (value: number, limit: number): number => Math.round(100 * Math.min(limit, Math.max(0, value))) / 100;

/** Zipf: the rarest category is 80 times rarer than the commonest. */
function longTailed(rng: Rng): CategoryId {
  let rest = rng.next() * zipfSum;
  for (let id = 1; id < categoryCount; id++) {
    rest -= 1 / id;
    if (rest < 0) return categoryId(id);
  }
  return categoryId(categoryCount);
}

const zipfSum = Array.from({ length: categoryCount }, (_, index) => 1 / (index + 1)).reduce((sum, share) => sum + share, 0);
