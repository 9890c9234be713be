import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PredictionId, SelfpasteError, type Suspicion, type SuspicionKind, verdictId } from '../core/index.ts';
import type { ImageSelection, SelectionDecision } from './pseudo-labels.ts';
import { addImage, boxMask, CAT, label, NOTHING_FOUND, prediction, T0, testRun } from './test-database.ts';

const dropped = (id: PredictionId): SelectionDecision => ({ prediction: id, status: 'dropped', reason: 'below-threshold' });
const kept = (id: PredictionId): SelectionDecision => ({ prediction: id, status: 'kept', reason: 'score', weight: 1 });

test('a selection is made image by image, once, and an interrupted one goes on', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const ids = label(db, first, [prediction(0.9), prediction(0.1)]);
  label(db, second, []);
  assert.deepEqual([...db.pseudoLabels.pending(1)], [first, second]);
  const selection = { round: 1, image: first.id, decisions: [kept(ids[0]), dropped(ids[1])], ...NOTHING_FOUND };
  assert.equal(db.pseudoLabels.record(selection), 'recorded');
  assert.equal(db.pseudoLabels.record({ ...selection, decisions: [dropped(ids[0]), dropped(ids[1])] }), 'known');
  assert.deepEqual([...db.pseudoLabels.pending(1)], [second]);
  db.pseudoLabels.record({ round: 1, image: second.id, decisions: [], ...NOTHING_FOUND });
  assert.deepEqual(db.pseudoLabels.counts(1), { withLabels: 1, withoutLabels: 1, kept: 1, drawn: 0, dropped: 1 });
});

test('a selection decides about each prediction of its image, and about no other', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const [own] = label(db, first, [prediction(0.9)]);
  const [other] = label(db, second, [prediction(0.9)]);
  const record = (decisions: readonly SelectionDecision[]) =>
    db.pseudoLabels.record({ round: 1, image: first.id, decisions, ...NOTHING_FOUND });
  assert.throws(() => record([]), /Expected one for each of 1 predictions for decisions, got 0/);
  assert.throws(() => record([kept(other)]), /Expected a prediction of round 1 on image 1 for decision, got 2/);
  assert.equal(record([kept(own)]), 'recorded', 'what failed left nothing behind');
});

test('a selection that has not heard what people said of its image is made again, until the round is frozen', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  const [id] = label(db, first, [prediction(0.9)]);
  const [other] = label(db, second, [prediction(0.9)]);
  for (const [image, own] of [
    [first, id],
    [second, other],
  ] as const)
    db.pseudoLabels.record({ round: 1, image: image.id, decisions: [kept(own)], ...NOTHING_FOUND });
  const by = { who: 'ada', why: '', subject: '', atMs: T0 };
  const { action } = db.verdicts.record([{ of: 'prediction', prediction: id, verdict: 'rejected' }], by);
  assert.deepEqual([...db.pseudoLabels.pending(1)], [first]);
  assert.equal(db.pseudoLabels.record({ round: 1, image: first.id, decisions: [dropped(id)], ...NOTHING_FOUND }), 'recorded');
  assert.deepEqual([...db.pseudoLabels.pending(1)], []);
  assert.deepEqual(db.pseudoLabels.counts(1), { withLabels: 1, withoutLabels: 1, kept: 1, drawn: 0, dropped: 1 });
  assert.deepEqual(db.connection.all('SELECT status, predictions FROM selection_counts WHERE predictions > 0 ORDER BY status'), [
    { status: 'dropped', predictions: 1 },
    { status: 'kept', predictions: 1 },
  ]);
  db.verdicts.undo(action, { who: 'ada', atMs: T0 });
  assert.deepEqual([...db.pseudoLabels.pending(1)], [first]);
  db.rounds.freeze(1, {}, T0);
  assert.throws(() => db.pseudoLabels.record({ round: 1, image: first.id, decisions: [kept(id)], ...NOTHING_FOUND }), /frozen/);
});

test('a selection can be made anew until the round is frozen', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions: [kept(id)], ...NOTHING_FOUND });
  db.pseudoLabels.clear(1);
  assert.deepEqual([...db.pseudoLabels.pending(1)], [image]);
  db.pseudoLabels.record({ round: 1, image: image.id, decisions: [dropped(id)], ...NOTHING_FOUND });
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

test('what selection finds is written, cleared and frozen with its decisions', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id, other] = label(db, image, [prediction(0.9), prediction(0.8)]);
  const signed = { who: 'ada', why: '', subject: '1', atMs: T0 };
  db.verdicts.record(
    [{ of: 'image', image: image.id, verdict: 'drawn', category: CAT, mask: boxMask({ x1: 40, y1: 8, x2: 50, y2: 20 }) }],
    signed,
  );
  const suspicion = (prediction: PredictionId, kind: SuspicionKind, strength: number): Suspicion => ({
    kind,
    strength,
    prediction,
    other: prediction === id ? other : null,
  });
  const selection: ImageSelection = {
    round: 1,
    image: image.id,
    decisions: [kept(id), dropped(other)],
    lineage: new Map(),
    drawn: [verdictId(1)],
    changes: [{ kind: 'born', iou: 0, prediction: id, previous: null, category: CAT }],
    suspicions: [suspicion(id, 'cut', 0.25), suspicion(id, 'split', 0.5), suspicion(other, 'cut', 0.25)],
  };
  const counts = () =>
    ['selections', 'pseudo_labels', 'drawn_labels', 'label_changes', 'suspicions'].map(
      (table) => db.connection.one<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).rows,
    );
  const sums = () => db.connection.one('SELECT sum(predictions) AS predictions, sum(kept) AS kept FROM area_counts');
  db.pseudoLabels.record(selection);
  assert.deepEqual(counts(), [1, 2, 1, 1, 3]);
  assert.deepEqual(sums(), { predictions: 2, kept: 1 });
  assert.deepEqual(db.connection.all('SELECT prediction_id, kind, other_id FROM suspicions WHERE strongest = 1 ORDER BY strength'), [
    { prediction_id: other, kind: 'cut', other_id: null },
    { prediction_id: id, kind: 'split', other_id: other },
  ]);
  db.pseudoLabels.clear(1);
  assert.deepEqual(counts(), [0, 0, 0, 0, 0]);
  assert.deepEqual(sums(), { predictions: 2, kept: 0 });
  db.pseudoLabels.record(selection);
  db.rounds.freeze(1, {}, T0);
  for (const table of ['selections', 'pseudo_labels', 'drawn_labels', 'label_changes', 'suspicions'])
    assert.throws(() => db.connection.run(`DELETE FROM ${table}`), /the pseudo-labels of this round are frozen/);
  assert.deepEqual(counts(), [1, 2, 1, 1, 3]);
});
