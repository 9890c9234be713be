import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { categoryId } from '../core/index.ts';
import type { CocoTruths } from '../dataset/index.ts';
import { lvisTruths } from './lvis-truths.ts';

const federated = { negative: [categoryId(2)], notExhaustive: [categoryId(1)] };
const size = { width: 4, height: 4 };
const truths: CocoTruths = {
  categories: [
    { id: categoryId(1), name: 'one', frequency: 'r' },
    { id: categoryId(2), name: 'two', frequency: 'f' },
  ],
  images: [{ cocoId: 5, size, truths: [], federated }],
};

describe('lvisTruths', () => {
  it("says what LVIS's rules need", () => {
    assert.deepEqual(lvisTruths(truths, 'val.json'), {
      categories: [
        { id: 1, frequency: 'rare' },
        { id: 2, frequency: 'frequent' },
      ],
      images: [{ cocoId: 5, truths: [], negativeCategories: [2], notExhaustiveCategories: [1] }],
    });
  });

  const BAD: readonly (readonly [truths: CocoTruths, message: string])[] = [
    [
      { ...truths, images: [...truths.images, { cocoId: 6, size, truths: [] }] },
      'Expected neg_category_ids and not_exhaustive_category_ids for image 6 of "val.json", got none',
    ],
    [
      { ...truths, categories: [{ id: categoryId(1), name: 'one' }] },
      'Expected a frequency of "r", "c" or "f" for category 1 of "val.json", got none',
    ],
  ];
  for (const [wrong, message] of BAD)
    it(`refuses a file that is none of LVIS: ${message}`, () => {
      assert.throws(() => lvisTruths(wrong, 'val.json'), {
        code: 'DATA_NOT_LVIS',
        message,
        hint: 'evaluate without --lvis, or give an LVIS instance file',
      });
    });
});
