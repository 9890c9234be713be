import type { Paint } from '../mask-paint.ts';

/** Paints what is covered, its border opaque. */
export function paintCovered(pixels: ImageData, covered: Uint8Array, [red, green, blue, opacity]: Paint): void {
  const side = pixels.width;
  for (let at = 0; at < covered.length; at++) {
    if (covered[at] !== 1) continue;
    const column = at % side;
    const isInside =
      column > 0 &&
      column < side - 1 &&
      covered[at - 1] === 1 &&
      covered[at + 1] === 1 &&
      covered[at - side] === 1 &&
      covered[at + side] === 1;
    if (isInside && opacity === 0) continue;
    pixels.data.set([red, green, blue, isInside ? opacity : 255], at * 4);
  }
}
