import type { Size } from './size.ts';

/** A binary mask: row-major, one byte a pixel, 0 or 1. `data.length === width * height`. */
export interface BitMask {
  readonly size: Size;
  readonly data: Uint8Array;
}

/**
 * COCO run-length encoding: column-major run lengths that start with a run of zeros and sum to width * height.
 * `size` is the size of the whole image.
 */
export interface Rle {
  readonly size: Size;
  readonly counts: Uint32Array;
}
