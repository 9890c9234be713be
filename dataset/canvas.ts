import type { Box, RgbImage, Size } from '../core/index.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from './bitmap-font.ts';

/** Red, green, blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Pixels that can be painted on; a copy of the image it was made from. */
export class Canvas {
  readonly size: Size;
  readonly data: Uint8Array;

  constructor({ size, data }: RgbImage) {
    this.size = size;
    this.data = Uint8Array.from(data);
  }

  /** Mixes a colour into the pixel at index `at` (row-major); opacity 0..1. */
  blend(at: number, [red, green, blue]: Rgb, opacity: number): void {
    const { data } = this;
    const first = 3 * at;
    data[first] += Math.round((red - data[first]) * opacity);
    data[first + 1] += Math.round((green - data[first + 1]) * opacity);
    data[first + 2] += Math.round((blue - data[first + 2]) * opacity);
  }

  /** Fills the part of an integer box that lies inside the picture. */
  fillBox(box: Box, color: Rgb, opacity: number): void {
    const { width, height } = this.size;
    for (let y = Math.max(0, box.y1); y < Math.min(height, box.y2); y++)
      for (let x = Math.max(0, box.x1); x < Math.min(width, box.x2); x++) this.blend(y * width + x, color, opacity);
  }

  /** Writes one line with its top left corner at (x, y); every font pixel is `scale` pixels wide and high. */
  write(text: string, x: number, y: number, scale: number, color: Rgb): void {
    for (const [index, character] of [...text].entries()) {
      const left = x + index * (GLYPH_WIDTH + 1) * scale;
      for (const [column, bits] of glyphOf(character).entries())
        for (let row = 0; row <= GLYPH_HEIGHT; row++)
          if ((bits >> row) & 1) this.fillBox(square(left + column * scale, y + row * scale, scale), color, 1);
    }
  }
}

/** Width and height of a line of text, in pixels. */
export const textSize = (text: string, scale: number): Size => ({
  width: Math.max(0, [...text].length * (GLYPH_WIDTH + 1) - 1) * scale,
  height: GLYPH_HEIGHT * scale,
});

/** A line of text that is no wider than `width` pixels: its end gives way to two dots. */
export function fitText(text: string, width: number, scale: number): string {
  const characters = [...text];
  const most = Math.max(2, Math.floor((width / scale + 1) / (GLYPH_WIDTH + 1)));
  return characters.length <= most ? text : `${characters.slice(0, most - 2).join('')}..`;
}

const square = (x1: number, y1: number, side: number): Box => ({ x1, y1, x2: x1 + side, y2: y1 + side });
