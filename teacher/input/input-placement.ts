import type { Box, Size } from '../../core/index.ts';
import type { InputFit } from '../contract.ts';
import { roundHalfEven } from './rounding.ts';

/** Where a picture lies in a model's input. */
export interface InputPlacement {
  readonly image: Size;
  readonly input: Size;
  /** Input pixels to one pixel of the picture, before rounding to whole pixels. */
  readonly ratioX: number;
  readonly ratioY: number;
  /** The part of the input that the picture covers, in whole input pixels. */
  readonly content: Box;
}

/** Places a picture as the model's family does. A side never becomes 0: one row of a 5000x1 picture stays one row. */
export function placeInput(image: Size, fit: InputFit): InputPlacement {
  switch (fit.mode) {
    case 'native':
      return covering(image, image);
    case 'stretch':
      return covering(image, fit.size);
    case 'letterbox':
      return letterboxed(image, fit.size);
    case 'top-left':
      return cornered(image, fit.size, Math.min(fit.size.height / image.height, fit.size.width / image.width));
    case 'shortest-side':
      return shortestSide(image, fit);
  }
}

/** A box in input pixels, in pixels of the picture; may reach beyond it. By the ratio, as Ultralytics' `scale_boxes`, for the same boxes. */
export function boxToImage(box: Box, { content, ratioX, ratioY }: InputPlacement): Box {
  return {
    x1: (box.x1 - content.x1) / ratioX,
    y1: (box.y1 - content.y1) / ratioY,
    x2: (box.x2 - content.x1) / ratioX,
    y2: (box.y2 - content.y1) / ratioY,
  };
}

function covering(image: Size, input: Size): InputPlacement {
  const content = { x1: 0, y1: 0, x2: input.width, y2: input.height };
  return { image, input, ratioX: input.width / image.width, ratioY: input.height / image.height, content };
}

/** As Ultralytics' `LetterBox`, up to its rounding, so that models see what they were trained on. */
function letterboxed(image: Size, input: Size): InputPlacement {
  const ratio = Math.min(input.height / image.height, input.width / image.width);
  const { width, height } = scaled(image, ratio);
  const x1 = roundHalfEven((input.width - width) / 2 - 0.1);
  const y1 = roundHalfEven((input.height - height) / 2 - 0.1);
  return { image, input, ratioX: ratio, ratioY: ratio, content: { x1, y1, x2: x1 + width, y2: y1 + height } };
}

function cornered(image: Size, input: Size, ratio: number): InputPlacement {
  const { width, height } = scaled(image, ratio);
  return { image, input, ratioX: width / image.width, ratioY: height / image.height, content: { x1: 0, y1: 0, x2: width, y2: height } };
}

function shortestSide(image: Size, fit: Extract<InputFit, { mode: 'shortest-side' }>): InputPlacement {
  const { width, height } = image;
  const ratio = Math.min(fit.shortest / Math.min(width, height), fit.longest / Math.max(width, height));
  const content = scaled(image, ratio);
  const padded = (length: number) => Math.ceil(length / fit.multiple) * fit.multiple;
  return cornered(image, { width: padded(content.width), height: padded(content.height) }, ratio);
}

const scaled = ({ width, height }: Size, ratio: number): Size => ({
  width: Math.max(1, roundHalfEven(width * ratio)),
  height: Math.max(1, roundHalfEven(height * ratio)),
});
