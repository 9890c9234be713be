import type { Size } from './size.ts';

/** Pixels: row-major HxWx3 uint8 RGB (sRGB), alpha removed, EXIF orientation applied. `data.length === width * height * 3`. */
export interface RgbImage {
  readonly size: Size;
  readonly data: Uint8Array;
}
