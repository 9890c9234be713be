import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageId, type PredictionId, predictionId, SelfpasteError } from '../core/index.ts';
import type { SelectionDecision } from './pseudo-labels.ts';
import { addImage, CAT, label, prediction, T0, testRun } from './test-database.ts';

const SIGNED = { who: 'ada', why: 'a bush', atMs: T0 };
const NONE = new Map<PredictionId, PredictionId>();
const dropped = (id: PredictionId): SelectionDecision => ({ prediction: id, status: 'dropped', reason: 'below-threshold' });
const kept = (id: PredictionId): SelectionDecision => ({ prediction: id, status: 'kept', reason: 'score', weight: 1 });

test('a selection is made image by image, once, and an interrupted one goes on', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const ids = label(db, first, [prediction(0.9), prediction(0.1)]);
  label(db, second, []);
  assert.deepEqual([...db.pseudoLabels.pending(1)], [first, second]);
  const selection = { round: 1, image: first.id, decisions: [kept(ids[0]), dropped(ids[1])], lineage: NONE };
  assert.equal(db.pseudoLabels.record(selection), 'recorded');
  assert.equal(db.pseudoLabels.record({ ...selection, decisions: [dropped(ids[0]), dropped(ids[1])] }), 'known');
  assert.deepEqual([...db.pseudoLabels.pending(1)], [second]);
  db.pseudoLabels.record({ round: 1, image: second.id, decisions: [], lineage: NONE });
  assert.deepEqual(db.pseudoLabels.counts(1), { withLabels: 1, withoutLabels: 1, kept: 1, dropped: 1 });
});

test('a selection decides about each prediction of its image, and about no other', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const [own] = label(db, first, [prediction(0.9)]);
  const [other] = label(db, second, [prediction(0.9)]);
  const record = (decisions: readonly SelectionDecision[]) =>
    db.pseudoLabels.record({ round: 1, image: first.id, decisions, lineage: NONE });
  assert.throws(() => record([]), /Expected one for each of 1 predictions for decisions, got 0/);
  assert.throws(() => record([kept(other)]), /Expected a prediction of round 1 on image 1 for decision, got 2/);
  assert.equal(record([kept(own)]), 'recorded', 'what failed left nothing behind');
});

test('a selection can be made anew until the round is frozen', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions: [kept(id)], lineage: NONE });
  db.pseudoLabels.clear(1);
  assert.deepEqual([...db.pseudoLabels.pending(1)], [image]);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions: [dropped(id)], lineage: NONE });
  assert.deepEqual(db.connection.all('SELECT status, predictions FROM selection_counts WHERE predictions > 0'), [
    { status: 'dropped', predictions: 1 },
  ]);
  db.rounds.freeze(1, { score: 0.5 }, T0);
  db.rounds.freeze(1, { score: 0.9 }, T0 + 1);
  assert.deepEqual(db.rounds.byIndex(1)?.selection, { state: 'frozen', policy: { score: 0.5 }, frozenAtMs: T0 });
  assert.throws(
    () => db.pseudoLabels.clear(1),
    (error) => {
      assert.ok(error instanceof SelfpasteError);
      assert.equal(error.code, 'USAGE_ROUND_FROZEN');
      assert.equal(
        error.message,
        "Expected a round whose selection is still open, got round 1, frozen at 2023-11-14T22:13:20.000Z for its student's training",
      );
      assert.equal(error.hint, 'change the policy or the verdicts for the next round, or start a new run');
      return true;
    },
  );
});

test('a verdict replaces the one before it, brings its object along, and can be taken back', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  db.verdicts.decide({ of: 'prediction', prediction: id, verdict: 'accepted' }, SIGNED);
  db.verdicts.decide({ of: 'prediction', prediction: id, verdict: 'rejected' }, SIGNED);
  db.verdicts.decide({ of: 'image', image: image.id, verdict: 'rejected' }, SIGNED);
  assert.deepEqual(db.verdicts.ofImage(image), [
    { ...SIGNED, of: 'prediction', prediction: id, category: CAT, mask: prediction(0.9).mask, verdict: 'rejected' },
    { ...SIGNED, of: 'image', verdict: 'rejected' },
  ]);
  assert.deepEqual(db.verdicts.count(), { accepted: 0, rejected: 2 });
  assert.equal(db.verdicts.withdraw({ of: 'image', image: image.id }), true);
  assert.equal(db.verdicts.withdraw({ of: 'prediction', prediction: id }), true);
  assert.equal(db.verdicts.withdraw({ of: 'prediction', prediction: id }), false);
  assert.deepEqual(db.verdicts.ofImage(image), []);
});

test('a verdict about nothing says so', (t) => {
  const db = testRun(t);
  const about = (target: Parameters<typeof db.verdicts.decide>[0]) => () => db.verdicts.decide(target, SIGNED);
  assert.throws(about({ of: 'prediction', prediction: predictionId(5), verdict: 'accepted' }), {
    code: 'USAGE_NO_PREDICTION',
    message: 'Expected the id of a prediction of this run for prediction, got 5 (number)',
  });
  assert.throws(about({ of: 'image', image: imageId(6), verdict: 'rejected' }), {
    code: 'USAGE_NO_IMAGE',
    message: 'Expected the id of an image of this run for image, got 6 (number)',
  });
});
