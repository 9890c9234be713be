/** Inputs of this room's tests: folders that are removed afterwards, and pictures made on the spot. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { RgbImage, Size } from '../core/index.ts';
import type { Rgb } from './canvas.ts';

/** Runs with an empty folder of its own. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'selfpaste-dataset-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A picture whose left half is red and whose right half is blue; every `shade` makes other bytes. */
export function halves({ width, height }: Size, shade = 200): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) data[3 * at + (at % width < width / 2 ? 0 : 2)] = shade;
  return { size: { width, height }, data };
}

export const sharpOf = ({ size, data }: RgbImage): Sharp => sharp(data, { raw: { ...size, channels: 3 } });

export const pixelAt = ({ size, data }: RgbImage, x: number, y: number): Rgb => {
  const at = 3 * (y * size.width + x);
  return [data[at]!, data[at + 1]!, data[at + 2]!];
};
