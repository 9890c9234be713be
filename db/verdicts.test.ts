import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { actionId, boxArea, imageId, type PredictionId, predictionId, type VerdictId, verdictId } from '../core/index.ts';
import type { ImageRow } from './images.ts';
import type { Judgement } from './judgements.ts';
import type { RunDatabase } from './run-database.ts';
import { addImage, boxMask, CAT, DOG, errorOf, label, prediction, T0, testRun } from './test-database.ts';

const ADA = { who: 'ada', why: 'a bush', subject: '1', atMs: T0 };
const SIGNED = { who: 'ada', why: 'a bush', atMs: T0 };
const BOB = { who: 'bob', atMs: T0 + 60_000 };
const BOX = { x1: 30, y1: 8, x2: 50, y2: 30 };
const [MASK, OTHER_MASK] = [boxMask(BOX), boxMask({ x1: 1, y1: 1, x2: 5, y2: 5 })];
const SAID = { category: CAT, mask: prediction(0.9).mask };

interface Scene {
  readonly db: RunDatabase;
  readonly image: ImageRow;
  readonly id: PredictionId;
}

function scene(t: TestContext): Scene {
  const db = testRun(t);
  const image = addImage(db, 1);
  const [id] = label(db, image, [prediction(0.9)]);
  return { db, image, id };
}

const say = (id: PredictionId, verdict: 'accepted' | 'rejected' | 'withdrawn'): Judgement => ({
  of: 'prediction',
  prediction: id,
  verdict,
});
const draw = (image: ImageRow): Judgement => ({ of: 'image', image: image.id, verdict: 'drawn', category: DOG, mask: MASK });
const record = (db: RunDatabase, ...judgements: Judgement[]) => db.verdicts.record(judgements, ADA);
/** What stands, in short. */
const standing = ({ db, image }: Scene) => db.verdicts.ofImage(image).map(({ id, of, verdict }) => [id, of, verdict]);

test('verdicts of every kind come back with what they speak of, in the order in which they were said', (t) => {
  const { db, image, id } = scene(t);
  const [second] = label(db, addImage(db, 2), [prediction(0.5)]);
  const correction = { category: DOG, box: BOX, mask: MASK };
  const { action, recorded } = record(
    db,
    { of: 'prediction', prediction: id, verdict: 'corrected', category: DOG, mask: MASK },
    draw(image),
    say(second, 'rejected'),
    { of: 'image', image: image.id, verdict: 'rejected' },
  );
  assert.deepEqual([action, recorded], [1, 4]);
  assert.deepEqual(db.verdicts.ofImage(image), [
    { ...SIGNED, id: 1, of: 'prediction', prediction: id, round: 1, ...SAID, verdict: 'corrected', correction },
    { ...SIGNED, id: 2, of: 'drawn', drawn: 2, verdict: 'drawn', correction },
    { ...SIGNED, id: 4, of: 'image', verdict: 'rejected' },
  ]);
  assert.deepEqual(db.verdicts.count(), { accepted: 0, rejected: 2, corrected: 1, drawn: 1 });
  assert.equal(db.connection.one<{ area: number }>('SELECT area_px2 AS area FROM verdicts WHERE id = 1').area, boxArea(BOX));
});

test('a verdict replaces the one before it, within an action too, and a withdrawn one says nothing', (t) => {
  const at = scene(t);
  const { db, id } = at;
  record(db, say(id, 'accepted'), say(id, 'rejected'));
  assert.deepEqual(standing(at), [[2, 'prediction', 'rejected']]);
  assert.equal(record(db, say(id, 'withdrawn')).recorded, 1);
  assert.deepEqual(standing(at), []);
  assert.equal(record(db, say(id, 'withdrawn')).recorded, 0, 'nobody said anything any more');
  assert.equal(record(db, { of: 'image', image: at.image.id, verdict: 'withdrawn' }).recorded, 0);
});

test('what a person drew can be corrected, rejected, and spoken of by its first verdict all along', (t) => {
  const at = scene(t);
  const { db, image } = at;
  record(db, draw(image));
  const drawn = verdictId(1);
  record(db, { of: 'drawn', drawn, verdict: 'corrected', category: CAT, mask: OTHER_MASK });
  const [label] = db.verdicts.ofImage(image);
  assert.ok(label.of === 'drawn');
  assert.deepEqual([label.id, label.drawn, label.verdict, label.correction.category], [2, drawn, 'corrected', CAT]);
  assert.deepEqual(label.correction.box, { x1: 1, y1: 1, x2: 5, y2: 5 });
  record(db, { of: 'drawn', drawn, verdict: 'rejected' });
  assert.deepEqual(standing(at), []);
  db.verdicts.undo(actionId(3), BOB);
  assert.deepEqual(standing(at), [[2, 'drawn', 'corrected']]);
  db.verdicts.undo(actionId(2), BOB);
  assert.deepEqual(standing(at), [[1, 'drawn', 'drawn']]);
  db.verdicts.undo(actionId(1), BOB);
  assert.deepEqual(standing(at), []);
  const { code, message, hint } = errorOf(() => record(db, { of: 'drawn', drawn, verdict: 'rejected' }));
  assert.equal(code, 'USAGE_NO_DRAWING');
  assert.equal(message, 'Expected the id of a label that a person drew, and did not undo for drawn label, got 1 (number)');
  assert.equal(hint, 'list what people drew with `selfpaste labels list --verdict drawn`');
});

test('undo brings back what stood before, as a whole, and the record keeps both', (t) => {
  const at = scene(t);
  const { db, image, id } = at;
  record(db, say(id, 'accepted'));
  record(db, say(id, 'rejected'), say(id, 'withdrawn'), draw(image));
  assert.deepEqual(standing(at), [[4, 'drawn', 'drawn']]);
  assert.equal(db.verdicts.undo(actionId(2), BOB), 3);
  assert.deepEqual(standing(at), [[1, 'prediction', 'accepted']]);
  const none = { accepted: 0, rejected: 0, corrected: 0, drawn: 0, withdrawn: 0 };
  assert.deepEqual(db.verdicts.actions(5), [
    {
      ...ADA,
      id: 2,
      state: { is: 'undone', by: 'bob', atMs: BOB.atMs },
      verdicts: { ...none, rejected: 1, drawn: 1, withdrawn: 1 },
      donations: 0,
    },
    { ...ADA, id: 1, state: { is: 'done' }, verdicts: { ...none, accepted: 1 }, donations: 0 },
  ]);
  assert.equal(db.verdicts.actions(1).length, 1);
});

test('an action is undone once, and the latest first', (t) => {
  const at = scene(t);
  const { db, id } = at;
  record(db, say(id, 'accepted'));
  record(db, say(id, 'rejected'));
  const builtOn = errorOf(() => db.verdicts.undo(actionId(1), BOB));
  assert.equal(builtOn.code, 'USAGE_ACTION_BUILT_ON');
  assert.equal(
    builtOn.message,
    'Expected an action that no later one builds on, got action 1: action 2 decided about the same labels since',
  );
  assert.equal(builtOn.hint, 'undo the later one first: `selfpaste labels undo 2`');
  assert.deepEqual(standing(at), [[2, 'prediction', 'rejected']], 'nothing of it was undone');
  db.verdicts.undo(actionId(2), BOB);
  const again = errorOf(() => db.verdicts.undo(actionId(2), BOB));
  assert.equal(again.code, 'USAGE_ACTION_UNDONE');
  assert.equal(again.message, 'Expected an action that still stands, got action 2, which bob undid on 2023-11-14T22:14:20.000Z');
  assert.equal(again.hint, 'list what people did with `selfpaste labels history`');
  const missing = errorOf(() => db.verdicts.undo(actionId(9), BOB));
  assert.equal(missing.code, 'USAGE_NO_ACTION');
  assert.equal(missing.message, 'Expected the number of an action of this run for action, got 9 (number)');
});

test('an action with one judgement about nothing is not recorded at all', (t) => {
  const at = scene(t);
  const { db, id } = at;
  const about = (judgement: Judgement) => errorOf(() => record(db, say(id, 'accepted'), judgement));
  const labeled = addImage(db, 2, 'labeled');
  const empty = { ...MASK, counts: Uint32Array.of(MASK.size.width * MASK.size.height) };
  const cases: readonly (readonly [Judgement, string, string])[] = [
    [say(predictionId(5), 'accepted'), 'USAGE_NO_PREDICTION', 'Expected the id of a prediction of this run for prediction, got 5 (number)'],
    [
      { of: 'image', image: imageId(6), verdict: 'rejected' },
      'USAGE_NO_IMAGE',
      'Expected the id of an image of this run for image, got 6 (number)',
    ],
    [
      { of: 'image', image: labeled.id, verdict: 'rejected' },
      'USAGE_HUMAN_LABELED',
      'Expected an unlabeled image for image, got 2, which is of the labeled ones: human labels are never written over',
    ],
    [
      { of: 'prediction', prediction: id, verdict: 'corrected', category: CAT, mask: empty },
      'USAGE_EMPTY_MASK',
      'Expected at least one pixel for the mask of a label, got none',
    ],
  ];
  for (const [judgement, code, message] of cases) {
    const error = about(judgement);
    assert.deepEqual([error.code, error.message], [code, message]);
  }
  assert.deepEqual(standing(at), []);
  assert.deepEqual(db.verdicts.actions(9), []);
});

/** Freezes a round, and starts the one after it. */
function freeze(db: RunDatabase, round: number): void {
  db.rounds.freeze(round, {}, T0);
  db.rounds.start(round + 1, { stage: 'label', teacher: null, startedAtMs: T0 });
}

const donors = (db: RunDatabase, round: number) => db.donations.ofRound(round).map(({ verdict }) => verdict);

test('a donor is one from the first open round on, and until the last frozen one when it is taken back', (t) => {
  const { db, image, id } = scene(t);
  record(db, say(id, 'accepted'), draw(image));
  const given = db.donations.add([verdictId(2), verdictId(1), verdictId(1)], ADA);
  assert.deepEqual(given, { action: 2, donated: 2 });
  assert.equal(db.donations.add([verdictId(1)], ADA).donated, 0, 'it is one already');
  const [first, second] = db.donations.ofRound(1);
  assert.deepEqual(first, { id: 1, verdict: 2, image: image.id, category: DOG, box: BOX, mask: MASK });
  assert.deepEqual([second.verdict, second.category, second.mask], [1, CAT, SAID.mask]);
  assert.deepEqual(donors(db, 0), [], 'round 0 trains on human labels alone');
  freeze(db, 1);
  assert.equal(db.donations.withdraw([first.id], BOB), 1);
  assert.equal(db.donations.withdraw([first.id], BOB), 0);
  assert.deepEqual([donors(db, 1), donors(db, 2)], [[2, 1], [1]]);
  assert.equal(db.donations.add([verdictId(2)], ADA).donated, 1, 'it can be given again');
  assert.deepEqual(
    [donors(db, 1), donors(db, 2)],
    [
      [2, 1],
      [1, 2],
    ],
  );
});

const ENDS: readonly (readonly [string, (db: RunDatabase, id: PredictionId) => unknown])[] = [
  ['its verdict is undone', (db) => db.verdicts.undo(actionId(1), BOB)],
  ['its verdict is replaced', (db, id) => record(db, say(id, 'rejected'))],
  ['its donation is undone', (db) => db.verdicts.undo(actionId(2), BOB)],
];

test('a donor ends with its verdict or its action, but frozen rounds keep it', async (t) => {
  for (const [when, end] of ENDS)
    await t.test(when, (t) => {
      const { db, id } = scene(t);
      record(db, say(id, 'accepted'));
      db.donations.add([verdictId(1)], ADA);
      freeze(db, 1);
      end(db, id);
      assert.deepEqual([donors(db, 1), donors(db, 2)], [[1], []]);
    });
});

test('what stands again is a donor again, unless its donation was taken back by itself', (t) => {
  const { db, id } = scene(t);
  record(db, say(id, 'accepted'));
  db.donations.add([verdictId(1)], ADA);
  const rejected = db.verdicts.record([say(id, 'rejected'), say(id, 'withdrawn')], { ...ADA, atMs: T0 + 1 });
  freeze(db, 1);
  assert.deepEqual(donors(db, 2), []);
  db.verdicts.undo(rejected.action, BOB);
  assert.deepEqual([donors(db, 1), donors(db, 2)], [[], [1]], 'a frozen round stays as it was');
  assert.equal(db.verdicts.actions(9)[1].donations, 1, 'one label');
  const again = db.verdicts.record([say(id, 'rejected')], { ...ADA, atMs: T0 + 2 });
  db.verdicts.undo(actionId(2), BOB);
  db.verdicts.undo(again.action, BOB);
  assert.deepEqual(donors(db, 2), [], 'its donation was undone');
  db.donations.add([verdictId(1)], ADA);
  db.donations.withdraw(
    db.donations.ofRound(2).map(({ id }) => id),
    BOB,
  );
  const last = db.verdicts.record([say(id, 'rejected')], { ...ADA, atMs: T0 + 3 });
  db.verdicts.undo(last.action, BOB);
  assert.deepEqual(donors(db, 2), [], 'it was taken back by itself');
});

test('only what a person says is right, and still says, is donated', (t) => {
  const { db, id } = scene(t);
  record(db, say(id, 'accepted'));
  record(db, say(id, 'rejected'));
  for (const verdict of [1, 2, 3] as VerdictId[]) {
    const { code, message, hint } = errorOf(() => db.donations.add([verdict], ADA));
    assert.equal(code, 'USAGE_NOT_DONATABLE');
    assert.equal(
      message,
      `Expected a label that a person accepted, corrected or drew, and that still stands for donor, got "verdict ${verdict}" (string)`,
    );
    assert.equal(hint, 'accept the label first: `selfpaste labels accept ID`');
  }
  assert.equal(db.verdicts.actions(9).length, 2, 'no action is left of what failed');
});
