/** Inputs of this room's tests: predictions that are boxes on a small picture, random ones, and sets of them. */
import fc from 'fast-check';
import {
  type Box,
  type CandidateSet,
  type CategoryId,
  candidateSet,
  categoryId,
  type MaskQuality,
  maskOverlaps,
  predictionId,
  rle,
  verdictId,
} from '../core/index.ts';
import type { Candidate, Verdict } from './verdict.ts';

export const SIZE = { width: 40, height: 30 };
export const CAT = categoryId(3);
export const DOG = categoryId(17);
export const BOX: Box = { x1: 4, y1: 4, x2: 24, y2: 14 };

export const moved = (box: Box, byPx: number): Box => ({ ...box, x1: box.x1 + byPx, x2: box.x2 + byPx });

export function candidate(id: number, score: number, box: Box = BOX, category: CategoryId = CAT, quality?: MaskQuality): Candidate {
  return { id: predictionId(id), category, score, box, mask: rle.fromBox(SIZE, box), ...(quality ? { quality } : {}) };
}

export function setOf(candidates: readonly Candidate[]): CandidateSet {
  const byId = candidates.toSorted((a, b) => a.id - b.id);
  const facts = byId.map((one) => ({ ...one, areaPx2: rle.area(one.mask) }));
  return candidateSet(facts, maskOverlaps(byId.map(({ mask }) => mask)));
}

/** Ten ids a round, but for the last one. */
const roundOf = ({ id }: Candidate): number => Math.min(10, Math.floor(id / 10));

const about = (of: Candidate, id: number) =>
  ({ of: 'prediction', id: verdictId(id), prediction: of.id, round: roundOf(of), category: of.category, mask: of.mask }) as const;

/** A verdict about a prediction; in the order of predictions where it has no id of its own. */
export const saidOf = (of: Candidate, verdict: 'accepted' | 'rejected', id: number = of.id): Verdict => ({ ...about(of, id), verdict });

/** Another drawing in place of a prediction. */
export const corrected = (of: Candidate, id: number, box: Box, category: CategoryId = CAT): Verdict => ({
  ...about(of, id),
  verdict: 'corrected',
  correction: { category, mask: rle.fromBox(SIZE, box) },
});

/** Against all predictions of an image. */
export const allRejected: Verdict = { of: 'image', id: verdictId(1000), verdict: 'rejected' };

/** An object that a person drew. */
export const drawn = (id: number, box: Box, category: CategoryId = CAT): Verdict => ({
  of: 'drawn',
  id: verdictId(id),
  verdict: 'drawn',
  correction: { category, mask: rle.fromBox(SIZE, box) },
});

export const boxes: fc.Arbitrary<Box> = fc
  .record({
    x: fc.integer({ min: 0, max: 30 }),
    y: fc.integer({ min: 0, max: 20 }),
    width: fc.integer({ min: 0, max: 10 }),
    height: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ x, y, width, height }) => ({ x1: x, y1: y, x2: x + width, y2: y + height }));

/** Most on one heap, so that chains of repetitions occur. */
const crowded = fc.oneof(
  boxes,
  fc.nat(8).map((byPx) => moved(BOX, byPx)),
);

const measure = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);

/** Up to 12 predictions with ids from `from` on, some of which have a measured mask. */
export const candidates = (from: number): fc.Arbitrary<Candidate[]> =>
  fc
    .array(
      fc.record({
        box: crowded,
        score: measure,
        category: fc.constantFrom(CAT, DOG),
        quality: fc.option(fc.record({ probability: measure, stability: measure, flipAgreement: fc.option(measure) }), { nil: undefined }),
      }),
      { maxLength: 12 },
    )
    .map((all) => all.map(({ box, score, category, quality }, at) => candidate(from + at, score, box, category, quality)));
