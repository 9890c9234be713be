import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CategoryId, imageId } from '../core/index.ts';
import { defaultPolicy } from './policy.ts';
import { previewPolicy } from './preview.ts';
import { selectPseudoLabels } from './select.ts';
import { BOX, CAT, candidate, candidates, DOG, moved, saidOf, setOf } from './test-candidates.ts';
import { judge } from './verdict.ts';

const away = moved(BOX, 14);
const NEXT = { ...defaultPolicy, score: 0.3, maxPerImage: 1 };
const silence = () => null;

test('what another policy gains and loses, by category and by reason', () => {
  const sets = [
    { image: imageId(1), candidates: setOf([candidate(1, 0.9), candidate(2, 0.8, away)]) },
    { image: imageId(2), candidates: setOf([candidate(3, 0.4, BOX, DOG), candidate(4, 0.1, away)]) },
    { image: imageId(3), candidates: setOf([]) },
  ];
  assert.deepEqual(previewPolicy(sets, NEXT, defaultPolicy, silence), {
    images: 3,
    imagesWithLabels: { present: 1, next: 2 },
    predictions: 4,
    overall: { present: 2, next: 2, gained: 1, lost: 1 },
    byCategory: new Map([
      [CAT, { present: 2, next: 1, gained: 0, lost: 1 }],
      [DOG, { present: 0, next: 1, gained: 1, lost: 0 }],
    ]),
    byReason: new Map([
      ['score', { present: 2, next: 2 }],
      ['unsure', { present: 1, next: 0 }],
      ['below-threshold', { present: 1, next: 1 }],
      ['too-many', { present: 0, next: 1 }],
    ]),
  });
});

test("people's verdicts hold under any policy, and drawings by the NMS of each", () => {
  const predictions = [candidate(1, 0.2), candidate(2, 0.9, away)];
  const verdicts = [saidOf(predictions[0], 'accepted'), saidOf(predictions[1], 'rejected')];
  const asked: number[] = [];
  const { byReason } = previewPolicy([{ image: imageId(7), candidates: setOf(predictions) }], NEXT, defaultPolicy, (image, policy) => {
    asked.push(image, policy.score);
    return judge(predictions, verdicts, policy).rulings;
  });
  assert.deepEqual(asked, [7, 0.5, 7, 0.3]);
  assert.deepEqual(
    [...byReason],
    [
      ['accepted', { present: 1, next: 1 }],
      ['rejected', { present: 1, next: 1 }],
    ],
  );
});

test('a preview says what selection does', () => {
  fc.assert(
    fc.property(fc.array(candidates(1).map(setOf), { maxLength: 5 }), (sets) => {
      const images = sets.map((set, at) => ({ image: imageId(at + 1), candidates: set }));
      const { overall, byCategory } = previewPolicy(images, NEXT, defaultPolicy, silence);
      const kept = (policy: typeof NEXT, category: CategoryId) =>
        sets.flatMap((set) =>
          selectPseudoLabels(set, policy, null).filter(({ status }, at) => status === 'kept' && set.categories[at] === category),
        ).length;
      for (const category of [CAT, DOG]) {
        const { present = 0, next = 0, gained = 0, lost = 0 } = byCategory.get(category) ?? {};
        assert.deepEqual([present, next], [kept(defaultPolicy, category), kept(NEXT, category)]);
        assert.equal(next, present + gained - lost);
      }
      assert.equal(overall.next - overall.present, overall.gained - overall.lost);
    }),
  );
});
