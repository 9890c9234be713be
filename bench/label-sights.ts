import { type CategoryId, categoryId, type MaskOverlaps, type Prediction, type Size, stream } from '../core/index.ts';

export const predictionsPerImage = 100;
export const labelCategories = 80;
/** Objects that every round sees again, if not as it did before; the rest of an image's predictions are new in each round. */
export const lasting = 80;
export const imageSize: Size = { width: 640, height: 480 };

/** One object as a round sees it. */
export interface Sight {
  readonly category: CategoryId;
  readonly score: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a round's model says of the image at a place of the list. The same at any time. */
export function sightsOf(seed: number, round: number, at: number): Sight[] {
  const objects = stream(seed, 'label-objects', at);
  const noise = stream(seed, 'label-sights', round, at);
  return Array.from({ length: predictionsPerImage }, (_, index) => {
    const facts = index < lasting ? objects : noise;
    const [category, size, aspect, likelihood] = [facts.next(), facts.next(), facts.uniform(0.6, 1.6), facts.next()];
    const side = 6 * 40 ** (size * 0.9) * noise.uniform(0.9, 1.1);
    const width = Math.max(2, Math.min(imageSize.width - 1, Math.round(side * aspect)));
    const height = Math.max(2, Math.min(imageSize.height - 1, Math.round(side / aspect)));
    return {
      // A few categories have most objects, as in COCO.
      category: categoryId(1 + Math.floor(labelCategories * (noise.chance(0.02) ? noise.next() : category) ** 2.2)),
      // Most are barely above the floor; large objects are seen better.
      score: Math.fround(0.05 + 0.949 * Math.min(1, likelihood ** 3 * (0.6 + 0.5 * size) + 0.04 * noise.next())),
      x: noise.integer(imageSize.width - width),
      y: noise.integer(imageSize.height - height),
      width,
      height,
    };
  });
}

/** Predictions of an image with their masks; a mask is the box of its object, which is a run a column. */
export const predictionsOf = (seed: number, round: number, at: number): Prediction[] => sightsOf(seed, round, at).map(predictionOf);

function predictionOf({ category, score, x, y, width, height }: Sight): Prediction {
  const counts = new Uint32Array(2 * width + 1);
  for (let column = 0; column < width; column++) {
    counts[2 * column] = column === 0 ? x * imageSize.height + y : imageSize.height - height;
    counts[2 * column + 1] = height;
  }
  counts[2 * width] = (imageSize.width - x - width) * imageSize.height + imageSize.height - y - height;
  return { category, score, box: { x1: x, y1: y, x2: x + width, y2: y + height }, mask: { size: imageSize, counts } };
}

/** Every eighth overlaps the next one. */
export const overlapsOf: MaskOverlaps = {
  first: Uint32Array.from({ length: 12 }, (_, pair) => 8 * pair),
  second: Uint32Array.from({ length: 12 }, (_, pair) => 8 * pair + 1),
  iou: new Float32Array(12).fill(0.4),
};
