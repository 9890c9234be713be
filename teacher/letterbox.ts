import type { Box, RgbImage, Size } from '../core/index.ts';

/** Where a picture lies in a network's input: scaled by one ratio, centred, surrounded by padding. */
export interface Letterbox {
  readonly image: Size;
  readonly input: Size;
  /** Input pixels to one pixel of the picture, before rounding to whole pixels. */
  readonly ratio: number;
  /** The part of the input that the picture covers, in whole input pixels. */
  readonly content: Box;
}

/**
 * Places a picture as Ultralytics' `LetterBox` does, up to its rounding, so that models see what they were trained on.
 * A side never becomes 0: one row of a 5000x1 picture stays one row.
 */
export function fitLetterbox(image: Size, input: Size): Letterbox {
  const ratio = Math.min(input.height / image.height, input.width / image.width);
  const width = Math.max(1, roundHalfEven(image.width * ratio));
  const height = Math.max(1, roundHalfEven(image.height * ratio));
  const x1 = roundHalfEven((input.width - width) / 2 - 0.1);
  const y1 = roundHalfEven((input.height - height) / 2 - 0.1);
  return { image, input, ratio, content: { x1, y1, x2: x1 + width, y2: y1 + height } };
}

/** A box in input pixels, in pixels of the picture; may reach beyond it. By the ratio, as Ultralytics' `scale_boxes`, for the same boxes. */
export function boxToImage(box: Box, { content, ratio }: Letterbox): Box {
  return {
    x1: (box.x1 - content.x1) / ratio,
    y1: (box.y1 - content.y1) / ratio,
    x2: (box.x2 - content.x1) / ratio,
    y2: (box.y2 - content.y1) / ratio,
  };
}

/**
 * Paints a picture into a network's input: NCHW float32 in 0..1, `into.length === 3 * input.width * input.height`.
 * @param pad grey level of the padding, 0..255.
 */
export function paintLetterbox(image: RgbImage, letterbox: Letterbox, pad: number, into: Float32Array): void {
  const { content, input } = letterbox;
  const plane = input.width * input.height;
  const width = content.x2 - content.x1;
  const rows = interpolation(image.size.height, content.y2 - content.y1);
  const source = new ScaledRows(image, width);
  into.fill(unit[pad]);
  for (let y = 0; y < rows.low.length; y++) {
    const [low, high] = source.pair(rows.low[y], rows.high[y]);
    const lowWeight = rows.lowWeight[y];
    const highWeight = rows.highWeight[y];
    let at = (content.y1 + y) * input.width + content.x1;
    for (let x = 0; x < 3 * width; x += 3, at++) {
      into[at] = unit[blend(low[x], high[x], lowWeight, highWeight)];
      into[at + plane] = unit[blend(low[x + 1], high[x + 1], lowWeight, highWeight)];
      into[at + 2 * plane] = unit[blend(low[x + 2], high[x + 2], lowWeight, highWeight)];
    }
  }
}

/** Levels 0..255 as 0..1. */
const unit = Float32Array.from({ length: 256 }, (_, level) => level / 255);

/** OpenCV's fixed point: weights have 11 bits, and this is how it rounds two weighted rows to a level 0..255. */
const WEIGHT_ONE = 2048;
function blend(low: number, high: number, lowWeight: number, highWeight: number): number {
  return ((((low >> 4) * lowWeight) >> 16) + (((high >> 4) * highWeight) >> 16) + 2) >> 2;
}

/** Which two source pixels each target pixel lies between, and their weights, which sum to WEIGHT_ONE. */
interface Interpolation {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
}

/** Half-pixel centres, no antialiasing, clamped at the edges: cv2.INTER_LINEAR, down to its float32 positions. */
function interpolation(source: number, target: number): Interpolation {
  const taps = {
    low: new Int32Array(target),
    high: new Int32Array(target),
    lowWeight: new Int32Array(target),
    highWeight: new Int32Array(target),
  };
  const step = 1 / (target / source);
  for (let at = 0; at < target; at++) {
    const position = Math.fround((at + 0.5) * step - 0.5);
    const floor = Math.floor(position);
    const fraction = Math.fround(position - floor);
    taps.low[at] = Math.max(0, Math.min(source - 1, floor));
    taps.high[at] = Math.max(0, Math.min(source - 1, floor + 1));
    taps.lowWeight[at] = roundHalfEven(Math.fround(1 - fraction) * WEIGHT_ONE);
    taps.highWeight[at] = roundHalfEven(fraction * WEIGHT_ONE);
  }
  return taps;
}

/** Rows of a picture scaled to a new width, times WEIGHT_ONE. Keeps the last two, since the next target row mostly needs them again. */
class ScaledRows {
  readonly #image: RgbImage;
  readonly #columns: Interpolation;
  #low: { readonly values: Int32Array; row: number };
  #high: { readonly values: Int32Array; row: number };

  constructor(image: RgbImage, width: number) {
    this.#image = image;
    this.#columns = interpolation(image.size.width, width);
    this.#low = { values: new Int32Array(3 * width), row: -1 };
    this.#high = { values: new Int32Array(3 * width), row: -1 };
  }

  pair(low: number, high: number): readonly [Int32Array, Int32Array] {
    if (this.#low.row !== low && this.#high.row === low) [this.#low, this.#high] = [this.#high, this.#low];
    this.#scale(this.#low, low);
    this.#scale(this.#high, high);
    return [this.#low.values, this.#high.values];
  }

  #scale(target: { readonly values: Int32Array; row: number }, row: number): void {
    if (target.row === row) return;
    target.row = row;
    const { low, high, lowWeight, highWeight } = this.#columns;
    const { data, size } = this.#image;
    const { values } = target;
    const start = row * size.width * 3;
    for (let x = 0, at = 0; x < low.length; x++, at += 3) {
      const left = start + low[x] * 3;
      const right = start + high[x] * 3;
      const leftWeight = lowWeight[x];
      const rightWeight = highWeight[x];
      values[at] = data[left] * leftWeight + data[right] * rightWeight;
      values[at + 1] = data[left + 1] * leftWeight + data[right + 1] * rightWeight;
      values[at + 2] = data[left + 2] * leftWeight + data[right + 2] * rightWeight;
    }
  }
}

/** Python's and OpenCV's rounding: a half goes to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return fraction < 0.5 ? floor : floor + 1;
}
