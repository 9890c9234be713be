import { type Box, errorFacts, type Rle, rle, SelfpasteError, type Size } from '../core/index.ts';

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

/** @throws SelfpasteError DATA_CORRUPT_DATABASE for text that is no mask of that size: what was written is always one */
export function maskOf(columns: Pick<ShapeColumns, 'rle'>, size: Size): Rle {
  try {
    return rle.fromString(size, columns.rle);
  } catch (error) {
    throw new SelfpasteError('DATA_CORRUPT_DATABASE', `The database holds a damaged mask: ${errorFacts(error).message}`, DAMAGED, error);
  }
}

const DAMAGED = 'restore a backup beside the database with `selfpaste labels restore`';

export const maskText = (mask: Rle): string => rle.countsToString(mask.counts);
