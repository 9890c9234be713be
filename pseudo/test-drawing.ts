/** Masks of tests as drawings that can be read. */
import { type CategoryId, categoryId, predictionId, type Rle, rle } from '../core/index.ts';
import type { Candidate } from './verdict.ts';

/** A character of a drawing is a square of so many pixels. */
const SCALE_PX = 8;

/** Masks of one image: that of some characters is everywhere where the drawing has one of them. */
export function drawing(...rows: readonly string[]): (characters: string) => Rle {
  const size = { width: rows[0].length * SCALE_PX, height: rows.length * SCALE_PX };
  return (characters) => {
    const data = Uint8Array.from({ length: size.width * size.height }, (_, at) => {
      const character = rows[Math.floor(at / size.width / SCALE_PX)][Math.floor((at % size.width) / SCALE_PX)];
      return characters.includes(character) ? 1 : 0;
    });
    return rle.encode({ size, data });
  };
}

export const CAT = categoryId(3);
export const DOG = categoryId(17);

export function candidate(id: number, mask: Rle, score: number, category: CategoryId = CAT): Candidate {
  return { id: predictionId(id), category, score, box: rle.toBox(mask), mask };
}
