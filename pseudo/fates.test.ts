import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rle } from '../core/index.ts';
import { type Policy, thresholdOf } from './policy.ts';
import { selectPseudoLabels } from './select.ts';
import { CAT, candidates, DOG, setOf } from './test-candidates.ts';
import type { Candidate, Ruling } from './verdict.ts';

const tenths = fc.integer({ min: 0, max: 10 }).map((count) => count / 10);
const overlaps = tenths.map((limit) => Math.max(0.1, limit));
const policies: fc.Arbitrary<Policy> = fc.record({
  rule: fc.constant('fixed'),
  density: fc.constant(1),
  precision: fc.constant(0.9),
  confidence: fc.constantFrom('score', 'score-mask'),
  score: tenths,
  scoreByCategory: fc.constantFrom({}, { [DOG]: 0.3 }, { [DOG]: 2, [CAT]: 0 }),
  ignoreScore: fc.option(tenths),
  minMaskStability: fc.option(tenths),
  minFlipAgreement: fc.option(tenths),
  maskNmsIou: overlaps,
  crossCategoryIou: overlaps,
  minAreaPx2: fc.integer({ min: 0, max: 30 }),
  maxPerImage: fc.integer({ min: 0, max: 5 }),
  weight: fc.constantFrom('score', 'one'),
});
const rulings = fc.constantFrom<Ruling>('silent', 'silent', 'silent', 'accepted', 'recognized', 'rejected', 'replaced');

/** What selection means, in as few words as possible and on masks: the reason for each prediction, in the order given. */
function meaning(all: readonly Candidate[], policy: Policy, said: readonly Ruling[]): string[] {
  const order = all.map((_, at) => at).sort((a, b) => precedence(a) - precedence(b) || confidence(b) - confidence(a) || a - b);
  const reasons = new Map<number, string>();
  for (const at of order) reasons.set(at, reasonFor(at));
  return all.map((_, at) => reasons.get(at) ?? '');

  function confidence(at: number): number {
    const { score, quality } = all[at];
    return policy.confidence === 'score' || !quality ? score : score * Math.fround(quality.probability);
  }

  function isSure(at: number): boolean {
    return confidence(at) >= thresholdOf(policy, all[at].category);
  }

  function isPoor(at: number): boolean {
    const { quality } = all[at];
    const { minMaskStability, minFlipAgreement } = policy;
    const flipAgreement = quality?.flipAgreement ?? null;
    return (
      (minMaskStability !== null && quality !== undefined && quality.stability < minMaskStability) ||
      (minFlipAgreement !== null && flipAgreement !== null && flipAgreement < minFlipAgreement)
    );
  }

  function precedence(at: number): number {
    if (said[at] !== 'silent') return said[at] === 'accepted' ? 0 : 1;
    return isSure(at) && !isPoor(at) ? 2 : 3;
  }

  function reasonFor(at: number): string {
    if (rle.area(all[at].mask) === 0) return 'empty-mask';
    if (said[at] === 'recognized') return repeatsLabel(at) ? 'duplicate' : 'accepted';
    return said[at] === 'silent' ? reasonOfPolicy(at) : said[at];
  }

  function reasonOfPolicy(at: number): string {
    if (!isSure(at) && (policy.ignoreScore === null || confidence(at) < policy.ignoreScore)) return 'below-threshold';
    if (rle.area(all[at].mask) < policy.minAreaPx2) return 'too-small';
    if (repeatsLabel(at)) return 'duplicate';
    if (!isSure(at)) return 'unsure';
    if (isPoor(at)) return 'unstable';
    return [...reasons.values()].filter((reason) => reason === 'score').length >= policy.maxPerImage ? 'too-many' : 'score';
  }

  function repeatsLabel(at: number): boolean {
    return [...reasons].some(([other, reason]) => (reason === 'score' || reason === 'accepted') && isTwin(at, other));
  }

  function isTwin(a: number, b: number): boolean {
    const iou = Math.fround(rle.iou(all[a].mask, all[b].mask));
    return iou > Math.fround(policy.crossCategoryIou) || (all[a].category === all[b].category && iou > Math.fround(policy.maskNmsIou));
  }
}

test('selection on columns and overlaps is selection on masks', () => {
  const scenes = candidates(1).chain((all) =>
    fc.tuple(fc.constant(all), fc.array(rulings, { minLength: all.length, maxLength: all.length })),
  );
  fc.assert(
    fc.property(scenes, policies, ([all, said], policy) => {
      const decisions = selectPseudoLabels(setOf(all), policy, said);
      assert.deepEqual(
        decisions.map(({ reason }) => reason),
        meaning(all, policy, said),
      );
      const silent = all.map((): Ruling => 'silent');
      assert.deepEqual(selectPseudoLabels(setOf(all), policy, null), selectPseudoLabels(setOf(all), policy, silent));
    }),
    { numRuns: 500 },
  );
});
