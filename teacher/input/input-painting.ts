import { areaOf, type Box, type RgbImage, type Size } from '../../core/index.ts';
import type { ImageInput } from '../contract.ts';
import { loadKernel } from '../kernel.ts';
import { toFloat16 } from './float16.ts';
import type { InputPlacement } from './input-placement.ts';
import { pictureRows, type RowFunctions } from './picture-rows.ts';

/** Values of an input: float16 as its bits. */
export type InputValues = Float32Array | Uint16Array | Uint8Array;

/** Where red, green and blue of the picture go. */
type Planes = readonly [red: number, green: number, blue: number];

/** What `../kernels/pixels.ts` exports; it says what the numbers mean. */
interface PixelFunctions extends RowFunctions {
  paintFloats: PaintRow;
  paintHalves: PaintRow;
  paintBytes: PaintRow;
}
type PaintRow = (source: number, levels: number, red: number, green: number, blue: number, pixels: number) => void;

/** The kernel's memory begins with the table of levels; the input comes next, then what its rows are made in. */
const levelsAt = 0;
const inputAt = 3 * 256 * Float32Array.BYTES_PER_ELEMENT;

/** Paints pictures into the input of a model, which is kept in the kernel's memory: 5 MB a picture would keep the collector busy. */
export class InputPainter {
  readonly #input: ImageInput;
  readonly #levels: Levels;
  readonly #kernel = loadKernel<PixelFunctions>('pixels');
  readonly #paintRow: PaintRow;

  constructor(input: ImageInput) {
    this.#input = input;
    this.#levels = inputLevels(input);
    const { paintFloats, paintHalves, paintBytes } = this.#kernel.run;
    this.#paintRow = { float32: paintFloats, float16: paintHalves, uint8: paintBytes }[input.dataType];
    this.#kernel.reserve(inputAt);
    for (const [channel, { buffer, byteLength }] of this.#levels.entries())
      this.#kernel.bytes.set(new Uint8Array(buffer), levelsAt + channel * byteLength);
  }

  /**
   * The values of `count` pictures of one input size, [count, 3, H, W] in the input's channel order; those beyond `images` are what is
   * there already. Resizes with OpenCV's INTER_LINEAR; what a picture does not cover is the padding's grey, normalised like the picture.
   * Holds until the next call.
   */
  paint(images: readonly RgbImage[], placements: readonly InputPlacement[], count: number): InputValues {
    const each = 3 * areaOf(placements[0].input);
    const bytes = this.#levels[0].BYTES_PER_ELEMENT;
    const free = alignedUp(inputAt + count * each * bytes);
    this.#kernel.reserve(free);
    for (const [at, image] of images.entries()) this.#paintOne(image, placements[at], inputAt + at * each * bytes, free);
    return this.#view(inputAt, count * each);
  }

  #paintOne(image: RgbImage, { content, input }: InputPlacement, at: number, free: number): void {
    const planes = this.#planes(at, input);
    const [width, height] = [content.x2 - content.x1, content.y2 - content.y1];
    const rows = pictureRows(this.#kernel, image, { width, height }, free);
    this.#fillAround(content, input, planes);
    const [red, green, blue] = planes;
    const bytes = this.#levels[0].BYTES_PER_ELEMENT;
    for (let row = 0; row < height; row++) {
      const to = ((content.y1 + row) * input.width + content.x1) * bytes;
      this.#paintRow(rows(row), levelsAt, red + to, green + to, blue + to, width);
    }
  }

  #planes(at: number, size: Size): Planes {
    const plane = areaOf(size) * this.#levels[0].BYTES_PER_ELEMENT;
    const [first, second, third] = [at, at + plane, at + 2 * plane];
    return this.#input.color === 'rgb' ? [first, second, third] : [third, second, first];
  }

  /** Fills what lies outside of the content. */
  #fillAround({ x1, y1, x2, y2 }: Box, size: Size, planes: Planes): void {
    const { fit } = this.#input;
    if (fit.mode === 'native') return;
    const { width } = size;
    for (const [channel, at] of planes.entries()) {
      const plane = this.#view(at, areaOf(size));
      const value = this.#levels[channel][fit.pad];
      plane.fill(value, 0, y1 * width);
      plane.fill(value, y2 * width);
      if (x2 - x1 === width) continue;
      for (let row = y1 * width; row < y2 * width; row += width) {
        plane.fill(value, row, row + x1);
        plane.fill(value, row + x2, row + width);
      }
    }
  }

  #view(at: number, length: number): InputValues {
    return new kinds[this.#input.dataType](this.#kernel.bytes.buffer, at, length);
  }
}

const kinds = { float32: Float32Array, float16: Uint16Array, uint8: Uint8Array };

/** Vectors are faster where they do not lie across two lines of the cache. */
const alignedUp = (address: number): number => Math.ceil(address / 64) * 64;

/** Red, green and blue. */
type Levels = readonly [InputValues, InputValues, InputValues];

/** What the model wants for each level 0..255 of red, green and blue. */
export function inputLevels({ color, dataType, scale, mean, deviation }: ImageInput): Levels {
  const values = (channel: number) =>
    Float32Array.from({ length: 256 }, (_, level) => (level * scale - mean[channel]) / deviation[channel]);
  const levels = (channel: number): InputValues => {
    if (dataType === 'float32') return values(channel);
    return dataType === 'float16' ? Uint16Array.from(values(channel), toFloat16) : Uint8Array.from(values(channel), Math.round);
  };
  const [red, blue] = color === 'rgb' ? [0, 2] : [2, 0];
  return [levels(red), levels(1), levels(blue)];
}
