import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Change, type PredictionId, predictionId, type Suspicion } from '../../core/index.ts';
import type { SelectionDecision } from '../pseudo-labels.ts';
import type { RunDatabase } from '../run-database.ts';
import { addImage, addModel, boxMask, CAT, DOG, label, prediction, T0, testRun } from '../test-database.ts';
import { diffRounds, listChanges } from './label-diff.ts';
import { countSuspects, listSuspects } from './label-suspects.ts';
import { type KeptInTurn, keptInTurn } from './label-turns.ts';
import { showLabel } from './labels-show.ts';

interface Selected {
  readonly round: number;
  readonly image: ReturnType<typeof addImage>;
  readonly lineage?: ReadonlyMap<PredictionId, PredictionId>;
  readonly changes?: readonly Change[];
  readonly suspicions?: readonly Suspicion[];
}

/** Keeps from 0.5 on. */
function select(db: RunDatabase, { round, image, lineage = new Map(), changes = [], suspicions = [] }: Selected): void {
  const decisions = db.labeling
    .predictions(round, image)
    .map(
      ({ id, score }): SelectionDecision =>
        score >= 0.5
          ? { prediction: id, status: 'kept', reason: 'score', weight: score }
          : { prediction: id, status: 'dropped', reason: 'below-threshold' },
    );
  db.pseudoLabels.record({ round, image: image.id, decisions, lineage, drawn: [], changes, suspicions });
}

/** An image with a line of three predictions, of which the last is dropped, and one that is lost after round 1. */
function threeRounds(t: TestContext) {
  const db = testRun(t);
  for (const round of [2, 3]) db.rounds.start(round, { stage: 'label', teacher: addModel(db, round), startedAtMs: T0 });
  const image = addImage(db, 1);
  const [first, lost] = label(db, image, [prediction(0.6), prediction(0.8, DOG)], 1);
  select(db, { round: 1, image });
  const [second] = label(db, image, [prediction(0.7)], 2);
  const kept: Change = { kind: 'kept', iou: 0.9, prediction: second, previous: first, category: CAT };
  const died: Change = { kind: 'died', iou: 0, prediction: lost, previous: null, category: DOG };
  const suspicions: Suspicion[] = [
    { kind: 'cut', strength: 0.3, prediction: second, other: null },
    { kind: 'split', strength: 0.8, prediction: second, other: first },
  ];
  select(db, { round: 2, image, lineage: new Map([[second, first]]), changes: [kept, died], suspicions });
  const [third, born] = label(db, image, [prediction(0.2), prediction(0.9, DOG)], 3);
  select(db, { round: 3, image, lineage: new Map([[third, second]]) });
  return { db, image, first, lost, second, third, born, kept, died, suspicions };
}

test('a label tells its image, model, decision, changes, suspicions, and its line backwards and forwards', (t) => {
  const { db, first, lost, second, third, kept, died, suspicions } = threeRounds(t);
  const facts = showLabel(db, second);
  assert.deepEqual([facts.categoryName, facts.image.fileName, facts.model.role], ['cat', '1.jpg', 'given']);
  assert.deepEqual(facts.prediction.mask, prediction(0.7).mask);
  assert.deepEqual(facts.selection, { status: 'kept', reason: 'score', weight: 0.7, previous: first });
  assert.deepEqual(facts.changes, [{ round: 2, ...kept }]);
  assert.deepEqual(facts.suspicions, suspicions.toReversed(), 'the strongest first');
  assert.deepEqual(facts.lineage, [{ prediction: first, round: 1, category: CAT, score: 0.6, status: 'kept', reason: 'score' }]);
  assert.deepEqual(facts.later, [{ prediction: third, round: 3, category: CAT, score: 0.2, status: 'dropped', reason: 'below-threshold' }]);
  assert.deepEqual(
    showLabel(db, third).lineage.map((step) => step.prediction),
    [second, first],
  );
  assert.deepEqual(showLabel(db, lost).changes, [{ round: 2, ...died }], 'it is told where a label died');
});

test('a label tells every decision about it, what became of it, and where it is a donor', (t) => {
  const { db, image, second } = threeRounds(t);
  const sign = (atMs: number) => ({ who: 'ada', why: `seen ${atMs}`, subject: 'a test', atMs });
  const about = { of: 'prediction', prediction: second } as const;
  db.verdicts.record([{ ...about, verdict: 'rejected' }], sign(1));
  const { action } = db.verdicts.record([{ ...about, verdict: 'withdrawn' }], sign(2));
  db.verdicts.undo(action, { who: 'eve', atMs: 3 });
  db.verdicts.record([{ ...about, verdict: 'corrected', category: DOG, mask: boxMask({ x1: 0, y1: 0, x2: 5, y2: 5 }) }], sign(4));
  const { history, verdicts } = showLabel(db, second);
  assert.deepEqual(
    history.map(({ verdict, category, why, fate }) => ({ verdict, category, why, fate })),
    [
      { verdict: 'rejected', category: null, why: 'seen 1', fate: { now: 'replaced' } },
      { verdict: 'withdrawn', category: null, why: 'seen 2', fate: { now: 'undone', by: 'eve', atMs: 3 } },
      { verdict: 'corrected', category: DOG, why: 'seen 4', fate: { now: 'standing' } },
    ],
  );
  assert.deepEqual(verdicts, db.verdicts.ofImage(image));
  assert.deepEqual(showLabel(db, second).donations, []);
});

test('a label that is not there says so', (t) => {
  assert.throws(() => showLabel(testRun(t), predictionId(77)), {
    code: 'USAGE_NO_PREDICTION',
    message: 'Expected the id of a prediction of this run for prediction, got 77 (number)',
    hint: 'list the predictions and their ids with `selfpaste labels list`',
  });
});

/** As `labelChanges` of another room: this one tells only the lineage that it was given. */
const compare = ({ current, previous, lineage }: KeptInTurn): Change[] => [
  ...current.map((label): Change => {
    const former = previous.find(({ id }) => id === lineage.get(label.id));
    const kind = former ? 'kept' : 'born';
    return { kind, iou: former ? 1 : 0, prediction: label.id, previous: former?.id ?? null, category: label.category };
  }),
  ...previous
    .filter(({ id }) => ![...lineage.values()].includes(id))
    .map(({ id, category }): Change => ({ kind: 'died', iou: 0, prediction: id, previous: null, category })),
];

test('consecutive rounds are compared as their selection did', (t) => {
  const { db, kept, died, image } = threeRounds(t);
  const never = () => assert.fail('what is stored is not compared again');
  const { kinds, categories } = diffRounds(db, 1, 2, never);
  assert.deepEqual(kinds, { born: 0, kept: 1, reclassified: 0, grew: 0, shrank: 0, died: 1 });
  assert.deepEqual(
    categories.map((one) => [one.category, one.kinds.kept, one.kinds.died]),
    [
      [CAT, 1, 0],
      [DOG, 0, 1],
    ],
  );
  assert.deepEqual([...listChanges(db, 1, 2, 'kept', never)], [{ ...kept, image: image.id }]);
  assert.deepEqual([...listChanges(db, 1, 2, 'died', never)], [{ ...died, image: image.id }]);
});

test('other rounds are compared through those between, whether or not a label was kept there', (t) => {
  const { db, image, first, lost, third, born } = threeRounds(t);
  const [turn] = keptInTurn(db, 1, 3);
  assert.deepEqual(
    [turn.previous, turn.current].map((labels) => labels.map(({ id }) => id)),
    [[first, lost], [born]],
  );
  assert.deepEqual([...turn.lineage], [[third, first]]);
  assert.deepEqual(diffRounds(db, 1, 3, compare).kinds, { born: 1, kept: 0, reclassified: 0, grew: 0, shrank: 0, died: 1 });
  assert.deepEqual(
    [...listChanges(db, 1, 3, 'born', compare)].map((change) => [change.prediction, change.image]),
    [[born, image.id]],
  );
  assert.throws(() => diffRounds(db, 3, 1, compare), {
    code: 'USAGE_ROUND_ORDER',
    message: 'Expected a round before 1 for the first round, got 3 (number)',
    hint: 'name the earlier round first',
  });
});

test('what a person rejected since does not die of it, where rounds are compared now, and what continues it is not born', (t) => {
  const { db, image, first, lost, third } = threeRounds(t);
  db.rounds.start(4, { stage: 'label', teacher: addModel(db, 4), startedAtMs: T0 });
  const [fourth] = label(db, image, [prediction(0.8)], 4);
  select(db, { round: 4, image, lineage: new Map([[fourth, third]]) });
  const nothing = { born: 0, kept: 0, reclassified: 0, grew: 0, shrank: 0, died: 0 };
  assert.deepEqual(diffRounds(db, 1, 4, compare).kinds, { ...nothing, kept: 1, died: 1 });
  const judgements = [first, lost].map((prediction) => ({ of: 'prediction', prediction, verdict: 'rejected' }) as const);
  db.verdicts.record(judgements, { who: 'ada', why: '', subject: '', atMs: T0 });
  assert.deepEqual(diffRounds(db, 1, 4, compare).kinds, { ...nothing, kept: 1 });
});

test('suspects are ranked by what is held against them, each once where no kind is asked for', (t) => {
  const { db, second, first, image } = threeRounds(t);
  assert.deepEqual(listSuspects(db, { round: 2, kind: 'any' }, 10), [
    { kind: 'split', strength: 0.8, prediction: second, other: first, image: image.id },
  ]);
  const [cut] = listSuspects(db, { round: 2, kind: 'cut' }, 10);
  assert.equal(cut.strength, 0.3);
  assert.deepEqual(listSuspects(db, { round: 2, kind: 'cut' }, 10, cut), []);
  assert.deepEqual(countSuspects(db, 2), { labels: 1, kinds: { cut: 1, split: 1 } });
});
