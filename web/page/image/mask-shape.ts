import { type BitMask, rle } from '../../../core/index.ts';
import type { PictureFacts, PictureObject } from '../../contract/image.ts';
import type { Area, Point } from './viewport.ts';

/** The pixels of an object, as large as it is and no larger. */
export interface MaskShape {
  /** Where it is on the picture, in whole pixels. */
  readonly area: Area;
  /** As large as the area, row-major. */
  readonly bits: BitMask;
}

const shapes = new WeakMap<PictureObject, MaskShape>();

/** Decoded once an object. */
export function shapeOf(object: PictureObject, { width, height }: Pick<PictureFacts, 'width' | 'height'>): MaskShape {
  const known = shapes.get(object);
  if (known !== undefined) return known;
  const mask = rle.fromString({ width, height }, object.mask);
  const { x1, y1, x2, y2 } = rle.toBox(mask);
  const area = { x1, y1, x2, y2 };
  const shape = { area, bits: rle.decodeInside(mask, area) };
  shapes.set(object, shape);
  return shape;
}

/** Whether a place of the picture is on the object. */
export function isOn({ area, bits }: MaskShape, { x, y }: Point): boolean {
  const [column, row] = [Math.floor(x) - area.x1, Math.floor(y) - area.y1];
  const { width, height } = bits.size;
  return column >= 0 && row >= 0 && column < width && row < height && bits.data[row * width + column] === 1;
}

/** The border of an object along the sides of its pixels, as the path of an SVG. */
export function outlineOf({ area, bits }: MaskShape): string {
  const { width, height } = bits.size;
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= width || y >= height ? 0 : (bits.data[y * width + x] ?? 0));
  const parts: string[] = [];
  for (let y = 0; y <= height; y++)
    sides(
      width,
      (x) => at(x, y - 1) !== at(x, y),
      (from, to) => parts.push(`M${area.x1 + from} ${area.y1 + y}H${area.x1 + to}`),
    );
  for (let x = 0; x <= width; x++)
    sides(
      height,
      (y) => at(x - 1, y) !== at(x, y),
      (from, to) => parts.push(`M${area.x1 + x} ${area.y1 + from}V${area.y1 + to}`),
    );
  return parts.join('');
}

/** Calls with each run of places that are a side. */
function sides(length: number, isSide: (at: number) => boolean, found: (from: number, to: number) => void): void {
  for (let at = 0; at < length; at++) {
    if (!isSide(at)) continue;
    const from = at;
    while (at < length && isSide(at)) at++;
    found(from, at);
  }
}
