import type { Tensor } from 'onnxruntime-node';
import type { RgbImage, Size } from '../../core/index.ts';
import type { ImageInput, PixelMask } from '../contract.ts';
import type { OnnxRuntime } from '../runtime.ts';
import { InputPainter } from './input-painting.ts';
import type { InputPlacement } from './input-placement.ts';

/** The inputs of a run, by name. */
export class InputTensors {
  readonly #runtime: OnnxRuntime;
  readonly #input: ImageInput;
  readonly #painter: InputPainter;

  constructor(runtime: OnnxRuntime, input: ImageInput) {
    this.#runtime = runtime;
    this.#input = input;
    this.#painter = new InputPainter(input);
  }

  /** Pictures painted one after the other, all of one input size; `count` may be higher: what is there already fills the rest of the batch. */
  paint(images: readonly RgbImage[], placements: readonly InputPlacement[], count: number): Readonly<Record<string, Tensor>> {
    const { name, dataType, rank, pixelMask } = this.#input;
    const { height, width } = placements[0].input;
    const values = this.#painter.paint(images, placements, count);
    const dims = [3, height, width];
    const tensor = new this.#runtime.Tensor(dataType, values as Uint16Array, rank === 4 ? [count, ...dims] : dims);
    return pixelMask === null ? { [name]: tensor } : { [name]: tensor, [pixelMask.name]: this.#pixelMask(pixelMask, placements, count) };
  }

  #pixelMask({ size }: PixelMask, placements: readonly InputPlacement[], count: number): Tensor {
    const { width, height } = size ?? placements[0].input;
    const values = new BigInt64Array(count * width * height).fill(1n);
    for (const [at, placement] of placements.entries())
      markContent(values.subarray(at * width * height, (at + 1) * width * height), { width, height }, placement);
    return new this.#runtime.Tensor('int64', values, [count, height, width]);
  }
}

/** 1 in the cells that the picture reaches, 0 in the padding. */
function markContent(values: BigInt64Array, { width, height }: Size, { content, input }: InputPlacement): void {
  const [x1, x2] = [Math.floor((content.x1 * width) / input.width), Math.ceil((content.x2 * width) / input.width)];
  const [y1, y2] = [Math.floor((content.y1 * height) / input.height), Math.ceil((content.y2 * height) / input.height)];
  values.fill(0n);
  for (let y = y1; y < y2; y++) values.fill(1n, y * width + x1, y * width + x2);
}
