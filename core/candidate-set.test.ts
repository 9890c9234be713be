import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { candidateSet, packCandidates, unpackCandidates } from './candidate-set.ts';
import { categoryId, predictionId } from './ids.ts';
import { maskOverlaps, noOverlaps, requireOverlapsOf } from './mask-overlaps.ts';
import { fromBox, iou } from './rle.ts';

const size = { width: 40, height: 30 };
const box = fc
  .tuple(fc.integer({ min: 0, max: 38 }), fc.integer({ min: 0, max: 28 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }))
  .map(([x1, y1, width, height]) => fromBox(size, { x1, y1, x2: Math.min(40, x1 + width), y2: Math.min(30, y1 + height) }));

test('overlaps are the pairs of masks from the floor on, with their IoU', () => {
  fc.assert(
    fc.property(fc.array(box, { maxLength: 12 }), (masks) => {
      const { first, second, iou: overlap } = maskOverlaps(masks);
      const found = new Map(Array.from(first, (from, at) => [`${from}-${second[at]}`, overlap[at]]));
      for (const [i, a] of masks.entries())
        for (const [j, b] of masks.slice(i + 1).entries()) {
          const exact = iou(a, b);
          assert.equal(found.get(`${i}-${i + 1 + j}`), exact >= 0.1 ? Math.fround(exact) : undefined);
        }
    }),
  );
});

test('a set of candidates comes back from its bytes, wherever they lie', () => {
  const facts = fc.record({
    id: fc.maxSafeNat().map(predictionId),
    category: fc.maxSafeInteger().map(categoryId),
    score: fc.double({ min: 0, max: 1, noNaN: true }),
    areaPx2: fc.integer({ min: 0, max: 2 ** 31 }),
    quality: fc.option(
      fc.record({
        probability: fc.float({ min: 0, max: 1, noNaN: true }),
        stability: fc.float({ min: 0, max: 1, noNaN: true }),
        flipAgreement: fc.option(fc.float({ min: 0, max: 1, noNaN: true })),
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 8 }), fc.array(box, { minLength: 8, maxLength: 8 }), fc.nat(9), (candidates, masks, shift) => {
      const set = candidateSet(
        candidates.map(({ quality, ...rest }) => (quality ? { ...rest, quality } : rest)),
        maskOverlaps(masks.slice(0, candidates.length)),
      );
      const packed = packCandidates(set);
      const shifted = Buffer.alloc(packed.length + shift);
      shifted.set(packed, shift);
      assert.deepEqual(unpackCandidates(shifted.subarray(shift)), set);
    }),
  );
});

test('bytes that are no set of candidates, and overlaps of other masks, are refused', () => {
  const packed = packCandidates(candidateSet([], noOverlaps));
  assert.throws(() => unpackCandidates(packed.slice(0, 7)), /Expected bytes of its counts for candidate set, got "7 bytes" \(string\)/);
  assert.throws(() => unpackCandidates(new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0])), /candidate set/);
  const overlaps = maskOverlaps([fromBox(size, { x1: 0, y1: 0, x2: 4, y2: 4 }), fromBox(size, { x1: 0, y1: 0, x2: 4, y2: 4 })]);
  requireOverlapsOf(2, overlaps);
  assert.throws(() => requireOverlapsOf(1, overlaps), /Expected pairs of 1 masks for overlaps, got "1 pairs" \(string\)/);
});
