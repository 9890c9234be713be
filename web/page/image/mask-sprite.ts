import type { PictureObject } from '../../contract/image.ts';
import { type MaskShape, shapeOf } from './mask-shape.ts';

/** A mask painted once, to be put on the picture at its place. */
export interface MaskSprite {
  readonly canvas: HTMLCanvasElement;
  readonly x: number;
  readonly y: number;
}

/** How a mask is painted: the border opaque, the rest as `fill` says, with a hatching where `hatched`. */
export interface MaskStyle {
  readonly color: readonly [red: number, green: number, blue: number];
  /** Opacity, 0..255. */
  readonly fill: number;
  readonly border: number;
  readonly hatched: boolean;
  /** In pixels of the picture. */
  readonly borderPx: number;
}

const sprites = new WeakMap<PictureObject, Map<string, MaskSprite>>();

/** Painted once an object and style. @param size of the picture */
export function spriteOf(object: PictureObject, style: MaskStyle, size: { readonly width: number; readonly height: number }): MaskSprite {
  const own = sprites.get(object) ?? new Map<string, MaskSprite>();
  sprites.set(object, own);
  const key = JSON.stringify(style);
  const sprite = own.get(key) ?? paint(shapeOf(object, size), style);
  own.set(key, sprite);
  return sprite;
}

/** Width of a stripe of the hatching, in pixels of the picture. */
const STRIPE_PX = 3;

function paint(shape: MaskShape, style: MaskStyle): MaskSprite {
  const { width, height } = shape.bits.size;
  const canvas = document.createElement('canvas');
  // An empty mask has no pixel, which no canvas can have.
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const pixels = new ImageData(canvas.width, canvas.height);
  fillPixels(new Uint32Array(pixels.data.buffer), shape, style);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return { canvas, x: shape.area.x1, y: shape.area.y1 };
}

function fillPixels(words: Uint32Array, { bits, area }: MaskShape, { color, fill, border, hatched, borderPx }: MaskStyle): void {
  const { width, height } = bits.size;
  const [red, green, blue] = color;
  const ink = (blue << 16) | (green << 8) | red;
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && bits.data[y * width + x] === 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (bits.data[y * width + x] !== 1) continue;
      const isInner = inside(x - borderPx, y) && inside(x + borderPx, y) && inside(x, y - borderPx) && inside(x, y + borderPx);
      const isGap = hatched && (area.x1 + x + area.y1 + y) % (3 * STRIPE_PX) >= STRIPE_PX;
      words[y * width + x] = ((isInner ? (isGap ? 0 : fill) : border) << 24) | ink;
    }
}
