import { areaOf, boxWidth, type RgbImage, type Sample, type SampleInstance } from '../core/index.ts';

/** Colours that neighbours are told apart by. */
const palette: readonly (readonly [number, number, number])[] = [
  [255, 64, 64],
  [64, 200, 64],
  [72, 144, 255],
  [255, 200, 0],
  [255, 96, 255],
  [0, 220, 220],
  [255, 144, 48],
  [176, 128, 255],
];

/** The sample's picture with the outline of each object in a colour of its own, as coarse as the masks that the student sees. */
export function sampleToImage(sample: Sample, prototypeStride: 2 | 4): RgbImage {
  const { size, data } = sample.image;
  const image = { size, data: data.slice() };
  for (const [index, instance] of sample.instances.entries()) {
    drawOutline(image, silhouetteOf(instance, sample, prototypeStride), palette[index % palette.length]);
  }
  return image;
}

/** Row-major map of the canvas: 1 where a cell is covered at least half as much as the object's fullest one, so that thin objects show. */
function silhouetteOf({ grid, coverage, box }: SampleInstance, { image }: Sample, stride: number): Uint8Array {
  const { width } = image.size;
  const map = new Uint8Array(areaOf(image.size));
  const enough = coverage.reduce((most, share) => Math.max(most, share), 1) / 2;
  for (let y = box.y1; y < box.y2; y++) {
    for (let x = box.x1; x < box.x2; x++) {
      const cell = (Math.floor(y / stride) - grid.y1) * boxWidth(grid) + Math.floor(x / stride) - grid.x1;
      if (coverage[cell] >= enough) map[y * width + x] = 1;
    }
  }
  return map;
}

/** Paints the pixels of a silhouette that have a neighbour outside of it, or none on the canvas. */
function drawOutline(image: RgbImage, silhouette: Uint8Array, colour: readonly [number, number, number]): void {
  const { width, height } = image.size;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (silhouette[at] === 0) continue;
      const inner = x > 0 && x < width - 1 && y > 0 && y < height - 1;
      const enclosed = inner && silhouette[at - 1] + silhouette[at + 1] + silhouette[at - width] + silhouette[at + width] === 4;
      if (!enclosed) image.data.set(colour, at * 3);
    }
  }
}
