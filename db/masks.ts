import { type Box, type Rle, rle, type Size } from '../core/index.ts';

/** A box as columns. */
export interface BoxColumns {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A box and a mask as columns. The mask's size is that of its image, so rows do not repeat it. */
export interface ShapeColumns extends BoxColumns {
  readonly rle: string;
}

export const boxOf = ({ x1, y1, x2, y2 }: BoxColumns): Box => ({ x1, y1, x2, y2 });
export const maskOf = (columns: ShapeColumns, size: Size): Rle => rle.fromString(size, columns.rle);
export const maskText = (mask: Rle): string => rle.countsToString(mask.counts);
