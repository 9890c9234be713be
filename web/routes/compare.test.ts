import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorFacts, predictionId } from '../../core/index.ts';
import { diffRounds } from '../../db/index.ts';
import { addImage, addModel, CAT, DOG, label, prediction, T0 } from '../../db/test-database.ts';
import { selectRound } from '../../pipeline/labels/test-rounds.ts';
import { labelChanges } from '../../pseudo/index.ts';
import { LEFT, RIGHT, ROUNDS, type TwoRounds, twoRounds } from '../../test/two-rounds.ts';
import type { ChangeExamples, Comparison, CountedChange } from '../contract/compare.ts';

type Refusal = { readonly error: Pick<ErrorFacts, 'code' | 'message' | 'hint'> };

const ADA = { who: 'ada', why: 'wrong', subject: 'a label', atMs: T0 };

const byKind = (changes: readonly CountedChange[]) =>
  changes.map(({ kind, before, now, labels }) => `${kind} ${before} ${now} ${labels}`).toSorted();

test('what became of the labels, and from which class to which', async (t) => {
  const { ask } = twoRounds(t);
  const { answer } = await ask<Comparison>('/api/compare');
  assert.deepEqual([answer.from.round, answer.to.round, answer.rounds], [1, 2, [1, 2]]);
  assert.deepEqual(byKind(answer.changes), [`kept ${CAT} ${CAT} 1`, `reclassified ${DOG} ${CAT} 1`]);
  assert.deepEqual(
    answer.classes.map(({ name, from, to }) => [name, from.labels, from.share, to.labels, to.share]),
    [
      ['cat', 1, 0.5, 2, 1],
      ['dog', 1, 0.5, 0, 0],
    ],
  );
  assert.deepEqual([answer.from.labels, answer.from.predictions, answer.to.predictions], [2, 3, 2]);
});

test('the students of both rounds, class by class: those that the rounds hand on', async (t) => {
  const { ask, db } = twoRounds(t);
  const unknown = (await ask<Comparison>('/api/compare')).answer;
  assert.deepEqual([unknown.from.metrics, unknown.to.metrics], [{}, {}]);
  assert.ok(unknown.classes.every(({ from, to }) => from.measured === null && to.measured === null));
  const cat = (ap: number) => ({ category: CAT, truths: 4, maskAp: ap, maskAp50: ap, boxAp: ap });
  const dog = { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null };
  const measure = (round: number, step: number, ap: number) => {
    db.metrics.record(round, step, { maskAp: ap, loss: 1 });
    db.classMetrics.record(round, step, [cat(ap), dog]);
  };
  db.metrics.record(1, 10, { maskAp: 0.125 });
  measure(2, 10, 0.5);
  measure(2, 20, 0.25);
  const { answer } = await ask<Comparison>('/api/compare');
  assert.deepEqual([answer.from.metrics, answer.to.metrics], [{ maskAp: 0.125 }, { maskAp: 0.5 }]);
  assert.deepEqual(
    answer.classes.map(({ name, from, to }) => [name, from.measured, to.measured]),
    [
      ['cat', null, cat(0.5)],
      ['dog', null, dog],
    ],
  );
});

test('rounds that are further apart are compared by their masks, to the same numbers as `labels diff`', async (t) => {
  const { ask, db } = twoRounds(t, [...ROUNDS, [[0.9, CAT, LEFT]], [[0.7, DOG, RIGHT]]]);
  const { answer } = await ask<Comparison>('/api/compare?a=1&b=3');
  assert.deepEqual(byKind(answer.changes), [`died ${DOG} null 1`, `kept ${CAT} ${CAT} 1`]);
  for (const [from, to] of [
    [1, 3],
    [1, 4],
    [2, 4],
    [3, 4],
  ] as const) {
    const { answer: compared } = await ask<Comparison>(`/api/compare?a=${from}&b=${to}`);
    const { kinds } = diffRounds(db, from, to, labelChanges);
    for (const [kind, labels] of Object.entries(kinds))
      assert.equal(
        compared.changes.reduce((sum, one) => sum + (one.kind === kind ? one.labels : 0), 0),
        labels,
        `${kind} ${from} ${to}`,
      );
  }
});

test('examples have both masks, of the classes that are asked for', async (t) => {
  const { ask, said } = twoRounds(t, [...ROUNDS, [[0.9, CAT, LEFT]]]);
  const found = async (query: string) => (await ask<ChangeExamples>(`/api/compare/examples?${query}`)).answer;
  const { examples, more } = await found(`a=1&b=2&kind=reclassified&before=${DOG}&now=${CAT}`);
  assert.deepEqual([examples[0]?.before?.prediction, examples[0]?.now?.prediction, more], [said[0]?.[1], said[1]?.[1], false]);
  assert.equal(examples[0]?.iou, 1);
  assert.equal(examples[0]?.before?.mask, examples[0]?.now?.mask);
  assert.deepEqual((await found(`a=1&b=2&kind=reclassified&before=${CAT}`)).examples, []);
  const died = await found(`a=1&b=3&kind=died&before=${DOG}`);
  assert.deepEqual([died.examples[0]?.before?.prediction, died.examples[0]?.now], [said[0]?.[1], null]);
  const near = await found(`a=2&b=3&kind=died`);
  assert.deepEqual([near.examples.length, near.examples[0]?.before?.prediction], [1, said[1]?.[1]]);
});

/** Comparing them takes more than one turn. */
const MANY = 200;
const SMALLER = { ...LEFT, y2: LEFT.y2 - 1 };

/** Rounds 3 to 5 of many pictures: a cat on each is the same in all of them, but on the last picture, where round 5 sees it smaller. */
function manyPictures({ db }: TwoRounds): void {
  const images = Array.from({ length: MANY }, (_, at) => addImage(db, at + 2));
  for (const round of [3, 4, 5]) {
    db.rounds.start(round, { stage: 'label', teacher: addModel(db, round), startedAtMs: T0 });
    db.transaction(() => {
      for (const image of images) label(db, image, [prediction(0.9, CAT, round === 5 && image === images.at(-1) ? SMALLER : LEFT)], round);
      selectRound(db, round);
    });
  }
}

test('people who look at different rounds at once do not disturb each other', async (t) => {
  const run = twoRounds(t);
  manyPictures(run);
  const all = ['a=1&b=3', 'a=1&b=4', 'a=3&b=5', 'a=1&b=4', 'a=2&b=5', 'a=1&b=5'];
  const answers = await Promise.all(all.map((rounds) => run.ask<Comparison>(`/api/compare?${rounds}`)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    all.map(() => 200),
  );
  assert.deepEqual(byKind(answers[2]?.answer.changes ?? []), [`kept ${CAT} ${CAT} ${MANY}`]);
});

test('of rounds further apart too, examples are those that fit least, and whether there are more is said', async (t) => {
  const run = twoRounds(t);
  manyPictures(run);
  const { examples, more } = (await run.ask<ChangeExamples>(`/api/compare/examples?a=3&b=5&kind=kept&now=${CAT}`)).answer;
  assert.deepEqual([examples.length, more], [24, true]);
  assert.deepEqual(
    examples.slice(0, 3).map(({ iou }) => iou),
    [11 / 12, 1, 1],
  );
  const lost = (await run.ask<ChangeExamples>('/api/compare/examples?a=1&b=5&kind=died')).answer;
  assert.deepEqual([lost.examples.map(({ before }) => before?.score), lost.more], [[0.8, 0.6], false], 'the surest first');
});

test('people who say something else make another comparison, also where as many verdicts stand', async (t) => {
  const run = twoRounds(t, [...ROUNDS, []]);
  const [cat, dog] = run.said[0] ?? [];
  const lost = async () =>
    (await run.ask<ChangeExamples>('/api/compare/examples?a=1&b=3&kind=died')).answer.examples.map(({ before }) => before?.prediction);
  const reject = (prediction = predictionId(1)) => run.db.verdicts.record([{ of: 'prediction', prediction, verdict: 'rejected' }], ADA);
  assert.deepEqual(await lost(), [cat, dog]);
  const { action } = reject(cat);
  assert.deepEqual(await lost(), [dog]);
  run.db.verdicts.undo(action, ADA);
  reject(dog);
  assert.deepEqual(await lost(), [cat]);
});

test('rounds that cannot be compared are refused', async (t) => {
  const { ask } = twoRounds(t);
  assert.deepEqual((await ask<Refusal>('/api/compare?a=2&b=1')).answer.error, {
    code: 'USAGE_ROUND_ORDER',
    message: 'Expected a round before 1 that has labels (none yet) for a, got 2 (number)',
    hint: 'wait until another round has labeled',
  });
  assert.equal((await ask<Refusal>('/api/compare?a=1&b=7')).answer.error.code, 'USAGE_NO_ROUND');
  assert.equal((await ask<Refusal>('/api/compare/examples?kind=lost')).answer.error.code, 'USAGE_NO_CHANGE');
  assert.equal((await ask<Refusal>('/api/compare/examples?kind=born&now=x')).answer.error.code, 'USAGE_NO_CATEGORY');
});
