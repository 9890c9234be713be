import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { classIndex, modelId, type PredictionId, verdictId } from '../core/index.ts';
import { beginFork } from './fork.ts';
import { openDatabase } from './open.ts';
import { type RunPoint, rewindRun } from './rewinding.ts';
import type { RunDatabase } from './run-database.ts';
import type { RunFacts } from './runs.ts';
import {
  addImage,
  beginRun,
  boxMask,
  CAT,
  DOG,
  hash,
  label,
  NOTHING_FOUND,
  prediction,
  T0,
  testDatabase,
  testFolder,
} from './test-database.ts';

const FACTS: RunFacts = { name: 'run', seed: 1, config: {}, configHash: 'a', programVersion: '0', machineVersion: 4, createdAtMs: T0 };
const FORK: RunFacts = { ...FACTS, name: 'fork', seed: 2, createdAtMs: T0 + 1 };
const ADA = { who: 'ada', why: '', subject: '', atMs: T0 };
const BOX = { x1: 30, y1: 20, x2: 50, y2: 40 };

/** Rounds 1 and 2 to their ends, with everything that people and selections say of them. */
function twoRounds(path: string): RunDatabase {
  const db = openDatabase(path, { mode: 'create' });
  db.runs.create(FACTS);
  beginRun(db);
  const images = [1, 2, 3].map((number) => addImage(db, number));
  let before: readonly (readonly PredictionId[])[] = [];
  for (const round of [1, 2]) {
    db.rounds.start(round, { stage: 'label', teacher: modelId(round), startedAtMs: T0 });
    const ids = images.map((image, at) => label(db, image, [prediction(0.9), prediction(0.2 + at / 10, DOG, BOX)], round));
    sayAndSelect(db, round, images, ids, before);
    train(db, round);
    before = ids;
  }
  db.events.add({ atMs: T0, round: 1, kind: 'note', data: {} });
  for (const firstRound of [0, 2, 3]) db.events.add({ atMs: T0, round: 2, kind: 'settings-changed', data: { firstRound } });
  db.snapshots.add({ atMs: T0, machineVersion: 4, state: {} });
  sumUp(db);
  return db;
}

/** Sums are brought forward every few thousand predictions; here, at once. */
function sumUp({ connection }: RunDatabase): void {
  const bin = 'min(19, CAST(score * 20 AS INTEGER))';
  connection.run(
    `INSERT INTO score_sums (round, category_id, bin, predictions, score_sum)
     SELECT round, category_id, ${bin}, count(*), sum(score) FROM predictions GROUP BY 1, 2, 3`,
  );
  connection.run(
    `INSERT INTO area_sums (round, category_id, band, predictions)
     SELECT round, category_id, (area_px2 >= 256), count(*) FROM predictions GROUP BY 1, 2, 3`,
  );
  connection.run('UPDATE summed SET until_prediction = (SELECT max(id) FROM predictions)');
}

type Images = readonly ReturnType<typeof addImage>[];
type Ids = readonly (readonly PredictionId[])[];

function sayAndSelect(db: RunDatabase, round: number, images: Images, ids: Ids, before: Ids): void {
  db.verdicts.record([{ of: 'prediction', prediction: ids[0][0], verdict: 'accepted' }], ADA);
  db.verdicts.record([{ of: 'image', image: images[1].id, verdict: 'drawn', category: CAT, mask: boxMask(BOX) }], ADA);
  db.verdicts.record([{ of: 'prediction', prediction: ids[2][1], verdict: 'rejected' }], ADA);
  db.donations.add([verdictId(3 * round - 2), verdictId(3 * round - 1)], ADA);
  for (const [at, image] of images.entries()) {
    const [high, low] = ids[at];
    const previous = before[at]?.[0] ?? null;
    db.pseudoLabels.record({
      ...{ ...NOTHING_FOUND, round, image: image.id },
      decisions: [
        { prediction: high, status: 'kept', reason: 'score', weight: 1 },
        { prediction: low, status: 'dropped', reason: 'below-threshold' },
      ],
      lineage: new Map(previous === null ? [] : [[high, previous]]),
      drawn: at === 1 ? [verdictId(3 * round - 1)] : [],
      changes: previous === null ? [] : [{ kind: 'kept', iou: 1, prediction: high, previous, category: CAT }],
      suspicions: [{ kind: 'cut', strength: 0.5, prediction: high, other: null }],
    });
  }
  db.rounds.setDrift(round, {});
  db.rounds.freeze(round, { score: 0.5 }, T0);
}

function train(db: RunDatabase, round: number): void {
  db.checkpoints.record({ round, step: 5, path: `checkpoints/${round}`, sha256: hash(round), bytes: 1, createdAtMs: T0 });
  db.metrics.record(round, 10, { maskAp: 0.5, loss: 1 });
  db.classMetrics.record(round, 10, [
    { category: CAT, truths: 2, maskAp: 0.5, maskAp50: 0.5, boxAp: 0.5 },
    { category: DOG, truths: 0, maskAp: null, maskAp50: null, boxAp: null },
  ]);
  const student = db.models.add({
    round,
    role: 'student',
    path: `models/${round}`,
    sha256: hash(50 + round),
    contract: {},
    createdAtMs: T0,
  });
  db.rounds.setStudent(round, student);
  for (const stage of ['label', 'select', 'train', 'evaluate', 'promote'])
    db.stageTimes.record({ round, stage, startedAtMs: T0, durationMs: 1 });
  db.rounds.finish(round, { promoted: true, finishedAtMs: T0 });
}

const count = (db: RunDatabase, table: string, where = 'TRUE'): number =>
  db.connection.one<{ rows: number }>(`SELECT count(*) AS rows FROM ${table} WHERE ${where}`).rows;
const triggers = (db: RunDatabase): object[] =>
  db.connection.all("SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'table', 'index') ORDER BY name");

/** Sums that triggers keep are those of the rows that are there. */
function assertSums(db: RunDatabase): void {
  const same = (kept: string, counted: string) => assert.deepEqual(db.connection.all(kept), db.connection.all(counted), kept);
  same(
    'SELECT round, category_id, bin, predictions FROM score_counts WHERE predictions <> 0',
    'SELECT round, category_id, min(19, CAST(score * 20 AS INTEGER)) AS bin, count(*) AS predictions FROM predictions GROUP BY 1, 2, 3',
  );
  same(
    'SELECT round, category_id, sum(predictions) AS predictions, sum(kept) AS kept FROM area_counts GROUP BY 1, 2',
    `SELECT p.round, p.category_id, count(*) AS predictions, count(*) FILTER (WHERE s.status = 'kept') AS kept
     FROM predictions p LEFT JOIN pseudo_labels s ON s.prediction_id = p.id GROUP BY 1, 2`,
  );
  same(
    'SELECT * FROM selection_counts WHERE predictions <> 0 ORDER BY 1, 2, 3, 4',
    'SELECT round, category_id, status, reason, count(*) AS predictions FROM pseudo_labels GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4',
  );
  same(
    'SELECT * FROM mark_counts WHERE predictions <> 0',
    'SELECT round, mark, category_id, count(*) AS predictions FROM label_marks GROUP BY 1, 2, 3',
  );
  same(
    'SELECT round, mark, prediction_id FROM label_marks ORDER BY 1, 2, 3',
    `SELECT round, mark, id AS prediction_id FROM (
       SELECT prediction_id AS id, verdict AS mark FROM verdicts WHERE standing = 1 AND prediction_id IS NOT NULL
       UNION SELECT prediction_id, kind FROM label_changes UNION SELECT prediction_id, kind FROM suspicions
       UNION SELECT prediction_id, 'suspected' FROM suspicions WHERE strongest = 1
     ) JOIN predictions USING (id) ORDER BY 1, 2, 3`,
  );
}

function assertSound(db: RunDatabase): void {
  assert.deepEqual(db.connection.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  assert.deepEqual(db.connection.all('PRAGMA foreign_key_check'), []);
  assertSums(db);
}

function forked(t: TestContext, at: RunPoint | null): { readonly fork: RunDatabase; readonly schema: object[] } {
  const folder = testFolder(t);
  const original = twoRounds(join(folder, 'run.db'));
  const schema = triggers(original);
  assertSound(original);
  original.close();
  copyFileSync(join(folder, 'run.db'), join(folder, 'fork.db'));
  const fork = openDatabase(join(folder, 'fork.db'), { mode: 'write' });
  t.after(() => fork.close());
  beginFork(fork, at, FORK);
  return { fork, schema };
}

/** Rows of round 2 that each point leaves: predictions, decisions, metrics; and what people say of anything. */
const points: readonly [at: RunPoint | null, predictions: number, decisions: number, metrics: number, verdicts: number][] = [
  [null, 6, 6, 2, 6],
  [{ round: 2, stage: 'promote' }, 6, 6, 2, 6],
  [{ round: 2, stage: 'evaluate' }, 6, 6, 2, 6],
  [{ round: 2, stage: 'train' }, 6, 6, 0, 6],
  [{ round: 2, stage: 'select' }, 6, 0, 0, 6],
  [{ round: 2, stage: 'label' }, 0, 0, 0, 4],
  [{ round: 1, stage: 'train' }, 0, 0, 0, 4],
  [{ round: 1, stage: 'select' }, 0, 0, 0, 4],
  [{ round: 1, stage: 'label' }, 0, 0, 0, 2],
];
for (const [at, predictions, decisions, metrics, verdicts] of points) {
  test(`a fork from ${at === null ? 'where the run is' : `round ${at.round}, ${at.stage}`} is whole`, (t) => {
    const { fork, schema } = forked(t, at);
    assertSound(fork);
    assert.deepEqual(triggers(fork), schema);
    const found = ['predictions', 'pseudo_labels', 'metrics'].map((table) => count(fork, table, 'round = 2'));
    assert.deepEqual([...found, count(fork, 'verdicts')], [predictions, decisions, metrics, verdicts]);
    assert.equal(fork.classMetrics.at(2, 10).length, metrics, 'as many classes as metrics: both go or stay');
    assert.equal(count(fork, 'images'), 3);
    assert.deepEqual(fork.runs.facts(), FORK);
    assert.deepEqual(
      fork.events.latest(10).map(({ kind }) => kind),
      ['settings-changed', 'settings-changed', 'settings-changed'],
    );
    assert.equal(fork.snapshots.latest(), undefined);
    assert.throws(() => fork.connection.run('DELETE FROM verdicts'), /a verdict is replaced or undone, not deleted/);
  });
}

test('a fork from the select stage decides about every image again; what a person drew and donated stays with it', (t) => {
  const { fork } = forked(t, { round: 2, stage: 'select' });
  assert.equal([...fork.pseudoLabels.pending(2)].length, 3);
  assert.deepEqual(fork.rounds.byIndex(2)?.selection, { state: 'open' });
  assert.deepEqual(fork.rounds.byIndex(2)?.drift, { state: 'unmeasured' });
  assert.deepEqual(fork.rounds.byIndex(1)?.outcome, { state: 'finished', promoted: true, finishedAtMs: T0 });
  assert.equal(fork.donations.ofRound(2).length, 4);
});

test('settings that were changed later hold for the rounds that a fork trains', (t) => {
  const points: readonly [at: RunPoint | null, firstRounds: readonly number[]][] = [
    [null, [0, 2, 3]],
    [{ round: 2, stage: 'evaluate' }, [0, 2, 3]],
    [{ round: 2, stage: 'select' }, [0, 2, 2]],
    [{ round: 1, stage: 'evaluate' }, [0, 2, 2]],
    [{ round: 1, stage: 'train' }, [0, 1, 1]],
    [{ round: 0, stage: 'train' }, [0, 0, 0]],
  ];
  for (const [at, firstRounds] of points) {
    const { fork } = forked(t, at);
    const held = fork.events.after(0, 10).map(({ data }) => (data as { firstRound: number }).firstRound);
    assert.deepEqual(held, firstRounds, JSON.stringify(at));
  }
});

test('what a person donated later counts from the first round on that the fork makes anew', (t) => {
  const { fork } = forked(t, { round: 1, stage: 'select' });
  assert.equal(fork.donations.ofRound(1).length, 3);
});

test('a fork from the label stage leaves behind what was said of predictions that it makes anew, and sums them from their first', (t) => {
  const { fork } = forked(t, { round: 2, stage: 'label' });
  assert.deepEqual(fork.verdicts.count(), { accepted: 1, rejected: 1, corrected: 0, drawn: 2 });
  assert.equal(fork.donations.ofRound(2).length, 3);
  const [image] = fork.labeling.labeled(1);
  const [id] = label(fork, image, [prediction(0.7)], 2);
  assert.equal(id, 7);
  assertSound(fork);
});

test('a run is not taken behind what never changes in it', (t) => {
  const db = twoRounds(join(testFolder(t), 'run.db'));
  t.after(() => db.close());
  for (const stage of ['select', 'label'] as const) assert.throws(() => rewindRun(db, { round: 2, stage }), /frozen|immutable/);
  assertSound(db);
  rewindRun(db, { round: 2, stage: 'train' });
  assertSound(db);
  assert.equal(count(db, 'models', "role = 'student'"), 1);
  assert.equal(db.rounds.byIndex(2)?.student, null);
});

/** What the given teacher of round 0 is worth. */
function measureGiven(db: RunDatabase): void {
  db.categories.add([
    { id: CAT, name: 'cat', classIndex: classIndex(0) },
    { id: DOG, name: 'dog', classIndex: classIndex(1) },
  ]);
  db.metrics.record(0, 0, { maskAp: 0.1 });
  db.classMetrics.record(0, 0, [{ category: CAT, truths: 2, maskAp: 0.1, maskAp50: 0.2, boxAp: 0 }]);
}

test('a run whose teacher was given begins with another one', (t) => {
  const db = testDatabase(t);
  db.rounds.start(0, { stage: 'evaluate', teacher: null, startedAtMs: T0 });
  const given = db.models.add({ round: 0, role: 'given', path: '/m.onnx', sha256: hash(1), contract: {}, createdAtMs: T0 });
  db.rounds.setStudent(0, given);
  measureGiven(db);
  rewindRun(db, { round: 0, stage: 'evaluate' });
  assert.deepEqual([count(db, 'metrics'), count(db, 'class_metrics'), db.rounds.byIndex(0)?.student], [0, 0, given]);
  rewindRun(db, { round: 0, stage: 'adopt' });
  assert.deepEqual([count(db, 'models'), db.rounds.byIndex(0)?.student], [0, null]);
});

test('a run whose teacher was given trains one instead: nothing is left of the given one, and what is measured in training stays', (t) => {
  const db = testDatabase(t);
  db.rounds.start(0, { stage: 'evaluate', teacher: null, startedAtMs: T0 });
  const given = { round: 0, role: 'given', path: '/m.onnx', sha256: hash(1), contract: {}, createdAtMs: T0 } as const;
  db.rounds.setStudent(0, db.models.add(given));
  measureGiven(db);
  rewindRun(db, { round: 0, stage: 'train' });
  assert.deepEqual([count(db, 'models'), count(db, 'metrics'), count(db, 'class_metrics'), db.rounds.byIndex(0)?.student], [0, 0, 0, null]);
  // As a fork was left by a version that did not forget it.
  db.models.add(given);
  train(db, 0);
  const measured = () => [count(db, 'metrics'), count(db, 'class_metrics')];
  assert.deepEqual(measured(), [2, 2]);
  rewindRun(db, { round: 0, stage: 'evaluate' });
  assert.deepEqual(measured(), [2, 2]);
});
