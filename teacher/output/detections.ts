import { type Box, boxArea, classIndex, clipBox } from '../../core/index.ts';
import { boxToImage, type InputPlacement } from '../input/input-placement.ts';
import type { Detection } from '../teacher.ts';
import type { ObjectMask } from './mask-sampling.ts';
import type { Candidate } from './non-max-suppression.ts';
import { badOutput } from './outputs.ts';

/** Candidates of a model that needs no NMS: by falling score, at most `limit`. */
export function strongest(candidates: readonly Candidate[], limit: number): readonly Candidate[] {
  return [...candidates].sort((a, b) => b.score - a.score || a.anchor - b.anchor).slice(0, limit);
}

/**
 * Candidates, their boxes in input pixels, as detections in the picture: boxes clipped to it, without those that have nothing left.
 * @param maskOf the mask inside the clipped box, or null. @param whole the box before it was clipped, in the picture's pixels.
 */
export function toDetections(
  kept: readonly Candidate[],
  placement: InputPlacement,
  maskOf: (candidate: Candidate, box: Box, whole: Box) => ObjectMask | null,
): readonly Detection[] {
  return kept.flatMap((candidate) => {
    const whole = boxToImage(candidate.box, placement);
    const box = clipBox(whole, placement.image);
    const object = boxArea(box) > 0 ? maskOf(candidate, box, whole) : null;
    return object === null ? [] : [{ classIndex: classIndex(candidate.classIndex), score: candidate.score, box, ...object }];
  });
}

/** The picture's pixels that an input's whole area stands for, padding included. */
export function inputInImage(placement: InputPlacement): Box {
  const { width, height } = placement.input;
  return boxToImage({ x1: 0, y1: 0, x2: width, y2: height }, placement);
}

/** Half precision and quantisation overshoot a little. */
const SCORE_TOLERANCE = 0.01;

/** A probability 0..1. Throws MODEL_BAD_OUTPUT for what is none: scores of another scale would pass every floor. */
export function asScore(value: number, output: string, dims: readonly number[]): number {
  if (value > 1 + SCORE_TOLERANCE) throw badOutput(output, dims, `scores 0..1, got ${value},`);
  return Math.min(1, value);
}

/**
 * Whether a class is one that is predicted, rather than background or an unused index.
 * Throws MODEL_BAD_OUTPUT where the model gives an index that has no name: then all names are in doubt.
 */
export function isNamed(index: number, classNames: readonly (string | null)[], output: string, dims: readonly number[]): boolean {
  if (index >= 0 && index < classNames.length && Number.isInteger(index)) return classNames[index] !== null;
  throw badOutput(output, dims, `class numbers 0..${classNames.length - 1} (there are ${classNames.length} names), got ${index},`);
}

/** A box from its centre and sides. */
export const centredBox = (x: number, y: number, width: number, height: number): Box => ({
  x1: x - width / 2,
  y1: y - height / 2,
  x2: x + width / 2,
  y2: y + height / 2,
});
