import { type CategoryId, type GroundTruth, SelfpasteError } from '../core/index.ts';
import type { CocoTruths, LvisFrequency } from '../dataset/index.ts';
import type { Frequency, LvisCategory } from '../eval/index.ts';

/** The truth of an LVIS file. */
export interface LvisTruths {
  readonly categories: readonly LvisCategory[];
  readonly images: readonly {
    readonly cocoId: number;
    readonly truths: readonly GroundTruth[];
    readonly negativeCategories: readonly CategoryId[];
    readonly notExhaustiveCategories: readonly CategoryId[];
  }[];
}

const frequencies: Readonly<Record<LvisFrequency, Frequency>> = { r: 'rare', c: 'common', f: 'frequent' };

/** @throws SelfpasteError DATA_NOT_LVIS where an image or a category lacks what LVIS's rules need. */
export function lvisTruths({ categories, images }: CocoTruths, file: string): LvisTruths {
  return {
    categories: categories.map(({ id, frequency }) => {
      if (frequency === undefined) throw notLvis('a frequency of "r", "c" or "f"', `category ${id}`, file);
      return { id, frequency: frequencies[frequency] };
    }),
    images: images.map(({ cocoId, truths, federated }) => {
      if (federated === undefined) throw notLvis('neg_category_ids and not_exhaustive_category_ids', `image ${cocoId}`, file);
      return { cocoId, truths, negativeCategories: federated.negative, notExhaustiveCategories: federated.notExhaustive };
    }),
  };
}

function notLvis(what: string, subject: string, file: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_NOT_LVIS',
    `Expected ${what} for ${subject} of ${JSON.stringify(file)}, got none`,
    'evaluate without --lvis, or give an LVIS instance file',
  );
}
