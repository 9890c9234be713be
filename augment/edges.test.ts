import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaOf, classIndex, type HumanSource, type RgbImage, rle, type Size } from '../core/index.ts';
import { type AugmentedInstance, type AugmentedPicture, copyPaste, type LabeledPicture, largeScaleJitter } from './index.ts';
import { type AugmentRecipe, copyPasteRecipe } from './recipe.ts';
import { bright, dark, discMask } from './test-scene.ts';

/** How far, in canvas pixels, a mask's outline may lie from the edge that the picture shows: on average, and as a whole. */
const meanOffsetPx = 0.35;
const centrePx = 0.25;
const threshold = (bright + dark) / 2;
const canvas: Size = { width: 200, height: 160 };

/** A bright disc on dark ground, drawn without smoothing, and its mask. */
function discPicture(size: Size, radius: number): LabeledPicture<HumanSource> {
  const mask = discMask(size, { x: size.width * 0.45, y: size.height * 0.55, radius });
  const data = new Uint8Array(areaOf(size) * 3);
  for (const [at, value] of mask.data.entries()) data.fill(value === 1 ? bright : dark, at * 3, at * 3 + 3);
  return { image: { size, data }, instances: [{ classIndex: classIndex(0), mask: rle.encode(mask), source: { by: 'human' } }] };
}

interface Outline {
  readonly areaPx2: number;
  readonly x: number;
  readonly y: number;
}

function outlineOf(isInside: (pixel: number) => boolean): Outline {
  let [areaPx2, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < areaOf(canvas); pixel++) {
    if (!isInside(pixel)) continue;
    areaPx2++;
    x += pixel % canvas.width;
    y += Math.floor(pixel / canvas.width);
  }
  return { areaPx2, x: x / areaPx2, y: y / areaPx2 };
}

/** The pixels that are mask or bright, but not both, spread along the outline; and how far the two centres are apart. */
function offsets(image: RgbImage, { mask }: AugmentedInstance): { mean: number; centre: number } {
  const bits = rle.decode(mask).data;
  const lit = (pixel: number) => image.data[pixel * 3 + 1] > threshold;
  const [shown, labeled] = [outlineOf(lit), outlineOf((pixel) => bits[pixel] === 1)];
  const differing = outlineOf((pixel) => lit(pixel) !== (bits[pixel] === 1)).areaPx2;
  const perimeterPx = 2 * Math.sqrt(Math.PI * labeled.areaPx2);
  return { mean: differing / perimeterPx, centre: Math.hypot(shown.x - labeled.x, shown.y - labeled.y) };
}

function assertEdgesAgree({ image, instances }: AugmentedPicture, what: string): void {
  assert.equal(instances.length, 1, what);
  const { mean, centre } = offsets(image, instances[0]);
  assert.ok(mean <= meanOffsetPx, `${what}: outline off by ${mean.toFixed(3)} px on average`);
  assert.ok(centre <= centrePx, `${what}: centre off by ${centre.toFixed(3)} px`);
}

const still = (scale: number): AugmentRecipe => {
  const jitter = { from: scale, to: scale };
  return { ...copyPasteRecipe(canvas), jitter: { labeled: jitter, pseudo: jitter, donor: jitter }, verticalFlip: 0.5 };
};
const scales = [0.2, 0.33, 0.5, 0.71, 0.9, 1, 1.1, 1.4, 1.73, 2];

test('after scaling, cropping and flipping, mask and picture have one edge', () => {
  for (const scale of scales) {
    const disc = discPicture({ width: 240, height: 180 }, 60 / Math.max(1, scale));
    for (let seed = 0; seed < 6; seed++) {
      const jittered = largeScaleJitter(disc, still(scale), seed);
      // A disc that is cut by the canvas has an edge that is nobody's.
      if (isWhole(jittered)) assertEdgesAgree(jittered, `scale ${scale}, seed ${seed}`);
    }
  }
});

test('after pasting, with hard and with soft edges, too', () => {
  const ground: LabeledPicture = {
    image: { size: canvas, data: new Uint8Array(areaOf(canvas) * 3).fill(dark) },
    instances: [],
  };
  for (const blendSigma of [0, 1, 2]) {
    for (const scale of scales) {
      // Bright beyond the mask too, so that what shows is where it was cut out.
      const disc = discPicture({ width: 240, height: 180 }, 60 / Math.max(1, scale));
      disc.image.data.fill(bright);
      for (let seed = 0; seed < 6; seed++) {
        const pasted = copyPaste(
          ground,
          disc,
          { ...still(scale), blendSigma, jitter: { ...still(scale).jitter, labeled: { from: 2, to: 2 } } },
          seed,
        );
        if (isWhole(pasted)) assertEdgesAgree(pasted, `scale ${scale}, sigma ${blendSigma}, seed ${seed}`);
      }
    }
  }
});

test('the measure sees a mask that is one pixel off', () => {
  const jittered = largeScaleJitter(discPicture({ width: 240, height: 180 }, 60), still(1), 0);
  const [instance] = jittered.instances;
  const bits = rle.decode(instance.mask);
  const shifted = rle.encode({ size: bits.size, data: Uint8Array.from(bits.data, (_, at) => bits.data[at - 1] ?? 0) });
  const { mean, centre } = offsets(jittered.image, { ...instance, mask: shifted });
  assert.ok(mean > meanOffsetPx && centre > centrePx, `${mean} ${centre}`);
});

function isWhole({ instances }: AugmentedPicture): boolean {
  return instances.every(({ box: { x1, y1, x2, y2 } }) => x1 > 0 && y1 > 0 && x2 < canvas.width && y2 < canvas.height);
}
