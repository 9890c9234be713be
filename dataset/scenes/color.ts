import type { Rgb } from '../canvas.ts';

/** Colour from hue, saturation and value, each 0..1; the hue wraps around. */
export function fromHsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (offset: number): number => {
    const sector = (((hue * 6 + offset) % 6) + 6) % 6;
    return 255 * value * (1 - saturation * Math.max(0, Math.min(1, sector, 4 - sector)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Euclidean distance of two colours, 0..442. */
export const colorDistance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
