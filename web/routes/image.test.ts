import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorFacts } from '../../core/index.ts';
import { imageId, rle } from '../../core/index.ts';
import { listDrawn } from '../../db/index.ts';
import { boxMask, CAT, DOG, T0 } from '../../db/test-database.ts';
import { RIGHT, twoRounds } from '../../test/two-rounds.ts';
import type { LabelHistory, NeighboursAnswer, PictureFacts, PreviewAnswer } from '../contract/image.ts';

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

const SIGN = { who: '<b>ada</b>', why: 'seen', subject: 'a test', atMs: T0 };

test('a picture has what its newest round said of it, with its threshold and what became of it', async (t) => {
  const { ask, said } = twoRounds(t);
  const { answer } = await ask<PictureFacts>('/api/images/1');
  assert.deepEqual([answer.said?.round, answer.rounds, answer.width, answer.height], [2, [1, 2], 64, 48]);
  assert.match(answer.picture, /^\/api\/images\/1\/picture\?content=[0-9a-f]{64}$/);
  assert.deepEqual(
    answer.objects.map((object) =>
      object.of === 'prediction' ? [object.name, object.score, object.threshold, object.selection.status] : object.of,
    ),
    [
      [`p${said[1]?.[0]}`, 0.9, 0.5, 'kept'],
      [`p${said[1]?.[1]}`, 0.55, 0.5, 'kept'],
    ],
  );
  assert.equal(rle.area(rle.fromString(answer, answer.objects[1]?.mask ?? '')), answer.objects[1]?.areaPx2);
});

test('a label brings its round with it, and an address another', async (t) => {
  const { ask, said } = twoRounds(t);
  for (const query of [`label=${said[0]?.[0]}`, `label=p${said[0]?.[0]}`, 'round=1'])
    assert.equal((await ask<PictureFacts>(`/api/images/1?${query}`)).answer.said?.round, 1, query);
});

test('what people said and drew is on the picture, as text', async (t) => {
  const { db, ask, said } = twoRounds(t);
  const [first, second] = said[1] ?? [];
  assert.ok(first !== undefined && second !== undefined);
  db.verdicts.record([{ of: 'prediction', prediction: first, verdict: 'accepted' }], SIGN);
  db.verdicts.record([{ of: 'prediction', prediction: second, verdict: 'corrected', category: DOG, mask: boxMask(RIGHT) }], SIGN);
  const { objects } = (await ask<PictureFacts>('/api/images/1')).answer;
  assert.deepEqual(
    objects.map((object) => [object.name, object.of === 'prediction' ? object.verdict : object.of === 'drawn' ? object.corrects : null]),
    [
      [`p${first}`, 'accepted'],
      [`p${second}`, 'corrected'],
      [`c${second}`, `p${second}`],
    ],
  );
  assert.ok(objects.some((object) => object.of === 'drawn' && object.who === SIGN.who && object.category === DOG));
  const { answer } = await ask<LabelHistory>(`/api/labels/${first}/history`);
  assert.deepEqual(
    answer.verdicts.map(({ who, verdict, fate }) => [who, verdict, fate.now]),
    [[SIGN.who, 'accepted', 'standing']],
  );
  assert.deepEqual(
    answer.line.map(({ round, prediction }) => [round, prediction]),
    [[1, said[0]?.[0]]],
  );
});

test('another threshold is answered by the whole policy, and nothing is written', async (t) => {
  const { db, ask, said } = twoRounds(t);
  const [cat, dog, low] = said[0] ?? [];
  const before = db.pseudoLabels.counts(1);
  const { answer } = await ask<PreviewAnswer>('/api/images/1/preview?round=1&threshold=0.7');
  assert.deepEqual(answer, {
    threshold: 0.7,
    decisions: {
      [`p${cat}`]: { status: 'kept', reason: 'score' },
      [`p${dog}`]: { status: 'dropped', reason: 'unsure' },
      [`p${low}`]: { status: 'dropped', reason: 'unsure' },
    },
  });
  db.verdicts.record([{ of: 'prediction', prediction: cat as NonNullable<typeof cat>, verdict: 'rejected' }], SIGN);
  const again = await ask<PreviewAnswer>('/api/images/1/preview?round=1&threshold=0');
  assert.deepEqual(again.answer.decisions[`p${cat}`], { status: 'dropped', reason: 'rejected' });
  assert.deepEqual(again.answer.decisions[`p${low}`], { status: 'kept', reason: 'score' });
  assert.deepEqual(db.pseudoLabels.counts(1), before);
});

test('the neighbours of a label are those of the query', async (t) => {
  const { ask, said } = twoRounds(t);
  const [cat, dog, low] = said[0] ?? [];
  const beside = async (query: string) => (await ask<NeighboursAnswer>(`/api/labels/neighbours?${query}`)).answer;
  assert.deepEqual(await beside(`id=${dog}&round=1`), { previous: { name: `p${cat}`, image: 1 }, next: { name: `p${low}`, image: 1 } });
  assert.deepEqual(await beside(`id=p${low}&round=1&category=cat&order=score-asc`), {
    previous: null,
    next: { name: `p${cat}`, image: 1 },
  });
  assert.deepEqual(await beside(`id=${dog}&verdict=drawn`), { previous: null, next: null });
});

test('drawn labels are walked as predictions are', async (t) => {
  const { db, ask } = twoRounds(t);
  const image = imageId(1);
  for (const category of [CAT, DOG]) db.verdicts.record([{ of: 'image', image, verdict: 'drawn', category, mask: boxMask(RIGHT) }], SIGN);
  const [first, second] = listDrawn(db, {}, 'image', 2).map(({ drawn }) => `d${drawn}`);
  assert.deepEqual((await ask<NeighboursAnswer>(`/api/labels/neighbours?id=${first}&verdict=drawn`)).answer, {
    previous: null,
    next: { name: second, image },
  });
});

test('what is asked wrongly is refused with a reason', async (t) => {
  const { ask } = twoRounds(t);
  for (const [address, code] of [
    ['/api/images/9', 'USAGE_NO_IMAGE'],
    ['/api/images/..%2fetc', 'USAGE_NO_IMAGE'],
    ['/api/images/1?round=7', 'USAGE_NO_ROUND'],
    ['/api/images/1?label=999', 'USAGE_NO_PREDICTION'],
    ['/api/images/1/preview?round=1&threshold=2', 'USAGE_THRESHOLD'],
    ['/api/images/1/preview?round=1&threshold=', 'USAGE_THRESHOLD'],
    ['/api/labels/neighbours?id=%3Cimg%3E', 'USAGE_NO_LABEL'],
    ['/api/labels/neighbours?id=1&score=x', 'USAGE_QUERY'],
    ['/api/labels/d1/history', 'USAGE_NO_LABEL'],
  ] as const) {
    const { status, answer } = await ask<Refusal>(address);
    assert.deepEqual([status, answer.error.code], [400, code], address);
  }
  const { answer } = await ask<Refusal>('/api/labels/neighbours?id=x');
  assert.equal(answer.error.message, 'Expected the name of a label, as p12 or d3 for label, got "x" (string)');
  assert.match(answer.error.hint, /^go back /);
});
