import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import {
  type BitMask,
  type Box,
  boxWidth,
  classIndex,
  type HumanSource,
  type LabeledTrainingImage,
  rle,
  type Sample,
  type Size,
  type TrainingImage,
  type TrainingInstance,
  type TrainingSet,
} from '../core/index.ts';
import { blankMask, type CanvasMask } from './canvas-mask.ts';
import type { Placement } from './placement.ts';
import type { MainPlan, SamplePlan } from './plan.ts';
import { type AugmentRecipe, copyPasteRecipe } from './recipe.ts';

/** Pictures for the tests of this room: bright discs on a dark ground, so that an object's pixels can be found again by their value. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export const dark = 40;
export const bright = 230;
const human: HumanSource = { by: 'human' };

/** A folder that is removed when the test file's process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-augment-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function discMask(size: Size, disc: Disc): BitMask {
  const data = new Uint8Array(size.width * size.height);
  for (let at = 0; at < data.length; at++) {
    const dx = (at % size.width) + 0.5 - disc.x;
    const dy = Math.floor(at / size.width) + 0.5 - disc.y;
    if (dx * dx + dy * dy <= disc.radius ** 2) data[at] = 1;
  }
  return { size, data };
}

export function discInstance(size: Size, disc: Disc): TrainingInstance<HumanSource> {
  return { classIndex: classIndex(0), mask: rle.encode(discMask(size, disc)), source: human };
}

/** The upright picture of some discs. */
export function discPicture(size: Size, discs: readonly Disc[], brightness = bright): Sharp {
  const pixels = new Uint8Array(size.width * size.height * 3).fill(dark);
  for (const disc of discs) {
    for (const [at, value] of discMask(size, disc).data.entries()) if (value === 1) pixels.fill(brightness, at * 3, at * 3 + 3);
  }
  return sharp(pixels, { raw: { ...size, channels: 3 } });
}

/** A mask of the canvas with the given pixels, row-major on `box`. */
export function canvasMask(box: Box, pixels: ArrayLike<number>): CanvasMask {
  const mask = blankMask(box);
  let areaPx2 = 0;
  for (let y = box.y1, from = 0; y < box.y2; y++) {
    for (let x = box.x1; x < box.x2; x++, from++) {
      mask.data[(y - mask.box.y1) * boxWidth(mask.box) + x - mask.box.x1] = pixels[from];
      areaPx2 += pixels[from];
    }
  }
  return { ...mask, areaPx2 };
}

/** Writes a PNG with discs and labels it. */
export async function discImage(path: string, size: Size, discs: readonly Disc[], brightness = bright): Promise<LabeledTrainingImage> {
  await discPicture(size, discs, brightness).png().toFile(path);
  return { path, size, instances: discs.map((disc) => discInstance(size, disc)), ignored: [] };
}

export const setOf = (labeled: readonly LabeledTrainingImage[], pseudo: readonly TrainingImage[] = []): TrainingSet => ({
  classNames: ['disc'],
  labeled,
  pseudo,
  donated: [],
});

export const canvas: Size = { width: 64, height: 64 };
export const recipe: AugmentRecipe = copyPasteRecipe(canvas);

/** Fills the canvas of a square picture once, unmoved. */
export const upright: Placement = { scale: 1, scaled: canvas, x: 0, y: 0, flip: false, verticalFlip: false };

/** A plan without donor for the first labeled picture. */
export function planOf(placement: Placement, donor: SamplePlan['donor'] = null, main: Partial<MainPlan> = {}): SamplePlan {
  return { round: 0, step: 0, slot: 0, main: { stream: 'labeled', index: 0, placement, ...main }, donor };
}

export const pixelAt = ({ image }: Sample, x: number, y: number): number[] => {
  const at = (y * image.size.width + x) * 3;
  return [...image.data.subarray(at, at + 3)];
};
