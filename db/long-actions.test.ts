import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PredictionId } from '../core/index.ts';
import type { Judgement } from './judgements.ts';
import { openDatabase } from './open.ts';
import type { RunDatabase } from './run-database.ts';
import { addImage, attempt, errorOf, prediction, recordDone, T0, testRun } from './test-database.ts';

const SIGNED = { who: 'ada', why: 'a bush', subject: 'round 1, score ..0.4', atMs: T0 };
const BOB = { who: 'bob', atMs: T0 + 60_000 };
/** Two pages and a half. */
const MANY = 2500;
const IMAGES = 25;

interface Scene {
  readonly db: RunDatabase;
  readonly ids: readonly PredictionId[];
}

function scene(t: TestContext, predictions = MANY): Scene {
  const db = testRun(t);
  const each = Array.from({ length: predictions / IMAGES }, () => prediction(0.5));
  const ids = db.transaction(() => Array.from({ length: IMAGES }, (_, at) => labelQuickly(db, at + 1, each)).flat());
  return { db, ids };
}

/** As one action may hold thousands, and the overlaps of as many masks are not asked here. */
function labelQuickly(db: RunDatabase, number: number, predictions: readonly ReturnType<typeof prediction>[]): PredictionId[] {
  const image = addImage(db, number);
  const none = { first: new Uint32Array(0), second: new Uint32Array(0), iou: new Float32Array(0) };
  db.labeling.recordDone(attempt(image.id), predictions, none);
  return db.connection
    .all<{ id: PredictionId }>('SELECT id FROM predictions WHERE image_id = ? ORDER BY id', [image.id])
    .map(({ id }) => id);
}

const say = (ids: readonly PredictionId[], verdict: 'accepted' | 'rejected'): Judgement[] =>
  ids.map((id) => ({ of: 'prediction', prediction: id, verdict }));

/** Makes the database fail at a prediction as often as it is written about, as a full disk would. @returns what mends it */
function failAt({ connection }: RunDatabase, event: 'INSERT' | 'UPDATE', id: PredictionId): () => void {
  connection.execute(
    `CREATE TRIGGER fails BEFORE ${event} ON verdicts WHEN NEW.prediction_id = ${id} BEGIN SELECT RAISE(ABORT, 'interrupted'); END`,
  );
  return () => connection.execute('DROP TRIGGER fails');
}

test('an action of many pages is one action', (t) => {
  const { db, ids } = scene(t);
  const { action, recorded } = db.verdicts.record(say(ids, 'rejected'), SIGNED);
  assert.equal(recorded, MANY);
  assert.deepEqual(
    db.verdicts.actions(9).map(({ id, verdicts }) => [id, verdicts.rejected]),
    [[action, MANY]],
  );
  assert.equal(db.verdicts.undo(action, BOB), MANY);
  assert.equal(db.verdicts.count().rejected, 0);
});

test('what is wrong with the last judgement of many leaves none of them', (t) => {
  const { db, ids } = scene(t);
  const nothing = { of: 'prediction', prediction: (ids[MANY - 1] + 1) as PredictionId, verdict: 'accepted' } as const;
  assert.equal(errorOf(() => db.verdicts.record([...say(ids, 'accepted'), nothing], SIGNED)).code, 'USAGE_NO_PREDICTION');
  assert.deepEqual(db.verdicts.actions(9), []);
  assert.equal(db.verdicts.count().accepted, 0);
});

test('what an interruption leaves of an action is whole pages of it, which are undone', (t) => {
  const { db, ids } = scene(t);
  const before = db.verdicts.record(say(ids, 'accepted'), SIGNED);
  const mend = failAt(db, 'INSERT', ids[2200]);
  assert.throws(() => db.verdicts.record(say(ids, 'rejected'), SIGNED), /interrupted/);
  mend();
  assert.equal(db.verdicts.count().rejected, 2000);
  const [{ id, verdicts, state }] = db.verdicts.actions(1);
  assert.deepEqual([verdicts.rejected, state], [2000, { is: 'done' }]);
  assert.equal(errorOf(() => db.verdicts.undo(before.action, BOB)).code, 'USAGE_ACTION_BUILT_ON');
  assert.equal(db.verdicts.undo(id, BOB), 2000);
  assert.deepEqual([db.verdicts.count().rejected, db.verdicts.count().accepted], [0, MANY]);
});

test('what fails in the first page leaves no action', (t) => {
  const { db, ids } = scene(t, 50);
  failAt(db, 'INSERT', ids[49]);
  assert.throws(() => db.verdicts.record(say(ids, 'rejected'), SIGNED), /interrupted/);
  assert.deepEqual(db.verdicts.actions(9), []);
});

test('undoing goes on where it was interrupted, also after somebody decided anew', (t) => {
  const { db, ids } = scene(t);
  const first = db.verdicts.record(say(ids, 'accepted'), SIGNED);
  const second = db.verdicts.record([...say(ids, 'rejected'), ...say(ids.slice(-100), 'accepted')], { ...SIGNED, atMs: T0 + 1 });
  const mend = failAt(db, 'UPDATE', ids[200]);
  assert.throws(() => db.verdicts.undo(second.action, BOB), /interrupted/);
  mend();
  assert.deepEqual(db.verdicts.actions(1)[0].state, { is: 'done' }, 'it is undone when all of it is');
  assert.deepEqual([db.verdicts.count().rejected, db.verdicts.count().accepted], [600, 1900]);
  const third = db.verdicts.record(say(ids.slice(-1), 'rejected'), { ...SIGNED, atMs: T0 + 2 });
  assert.equal(db.verdicts.undo(second.action, BOB), 600);
  assert.deepEqual([db.verdicts.count().rejected, db.verdicts.count().accepted], [1, MANY - 1]);
  assert.equal(errorOf(() => db.verdicts.undo(first.action, BOB)).code, 'USAGE_ACTION_BUILT_ON');
  db.verdicts.undo(third.action, BOB);
  assert.equal(db.verdicts.undo(first.action, BOB), MANY);
  assert.equal(db.verdicts.count().accepted, 0);
});

test('the counts of a history are read from an index alone', (t) => {
  const plan = testRun(t).connection.all<{ detail: string }>(
    `EXPLAIN QUERY PLAN SELECT count(*) FROM verdicts v WHERE v.action_id = 1 AND v.verdict = 'accepted'`,
  );
  assert.match(plan[0].detail, /COVERING INDEX verdicts_by_action \(action_id=\? AND verdict=\?\)/);
});

/** Rejects all predictions, and undoes it. */
const DECIDER = `
import { openDatabase } from '${new URL('./open.js', import.meta.url)}';
const db = openDatabase(process.argv[1], { mode: 'write' });
const ids = db.connection.all('SELECT id FROM predictions ORDER BY id').map(({ id }) => id);
process.stdout.write('.');
const judgements = ids.map((prediction) => ({ of: 'prediction', prediction, verdict: 'rejected' }));
const { action } = db.verdicts.record(judgements, { who: 'ada', why: '', subject: 'round 1', atMs: 0 });
db.verdicts.undo(action, { who: 'ada', atMs: 1 });
db.close();
`;

test('a run labels on while another process decides about thousands of labels', async (t) => {
  const COUNT = 20_000;
  const { db } = scene(t, COUNT);
  const decider = spawn(process.execPath, ['--input-type=module', '-e', DECIDER, db.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => decider.kill('SIGKILL'));
  const ended = once(decider, 'exit');
  await once(decider.stdout, 'data');
  const run = openDatabase(join(dirname(db.path), 'selfpaste.db'), { mode: 'write' });
  t.after(() => run.close());
  // Counted, not timed: on a busy machine the run is kept waiting by others than the decider.
  let amidst = 0;
  for (let number = 1000; decider.exitCode === null; number++) {
    recordDone(run, attempt(addImage(run, number).id), [prediction(0.5)]);
    const { rejected } = run.verdicts.count();
    if (rejected > 0 && rejected < COUNT) amidst++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(run.verdicts.actions(9)[0].state, { is: 'undone', by: 'ada', atMs: 1 });
  assert.ok(amidst > 2, `${amidst} images were labeled between the pages of the decisions`);
});
