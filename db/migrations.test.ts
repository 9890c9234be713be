import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { actionId, imageId, predictionId, rle, verdictId } from '../core/index.ts';
import { LATEST_VERSION } from './migrations/index.ts';
import { openDatabase } from './open.ts';
import { keptLabels } from './queries/kept-labels.ts';
import type { LabelFilter } from './queries/label-filter.ts';
import { walkingReader } from './queries/label-keys.ts';
import { listLabels } from './queries/labels-list.ts';
import { labelStats } from './queries/labels-stats.ts';
import type { RunDatabase } from './run-database.ts';
import { addImage, CAT, DOG, errorOf, label, prediction, T0, testDatabase, testFolder } from './test-database.ts';

const GOLDEN = join(process.cwd(), 'test/golden/databases');
const SIZE = { width: 20, height: 10 };
const SMALL = rle.fromBox(SIZE, { x1: 2, y1: 3, x2: 6, y2: 6 });
const LARGE = rle.fromBox(SIZE, { x1: 10, y1: 2, x2: 18, y2: 9 });

/** A copy of a golden database, as a run's. */
function goldenCopy(t: TestContext, version: number): string {
  const path = join(testFolder(t), 'selfpaste.db');
  copyFileSync(join(GOLDEN, `v${version}.db`), path);
  return path;
}

function openGolden(t: TestContext, version: number): RunDatabase {
  const db = openDatabase(goldenCopy(t, version), { mode: 'upgrade' });
  t.after(() => db.close());
  return db;
}

/** Every table of a database with its rows. */
function rowsOf(path: string): Record<string, unknown[]> {
  const raw = new Database(path, { readonly: true });
  const tables = raw.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all() as string[];
  const rows = Object.fromEntries(tables.map((name) => [name, raw.prepare(`SELECT * FROM ${name}`).all()]));
  raw.close();
  return rows;
}

const schemaOf = (db: RunDatabase) =>
  db.connection.all(`SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`);

test('there is a golden database of every released version', () => {
  assert.deepEqual(
    readdirSync(GOLDEN).sort(),
    Array.from({ length: LATEST_VERSION - 1 }, (_, at) => `v${at + 1}.db`),
  );
});

for (let version = 1; version < LATEST_VERSION; version++)
  test(`a database of version ${version} becomes what a new one is, sound and with a backup of what it was`, (t) => {
    const path = goldenCopy(t, version);
    const before = readFileSync(path);
    const rows = rowsOf(path);
    const db = openDatabase(path, { mode: 'upgrade' });
    t.after(() => db.close());
    assert.deepEqual(schemaOf(db), schemaOf(testDatabase(t)));
    assert.equal(db.connection.pragma('user_version'), LATEST_VERSION);
    assert.equal(db.connection.pragma('integrity_check'), 'ok');
    assert.deepEqual(db.connection.all('PRAGMA foreign_key_check'), []);
    assert.equal(db.connection.pragma('foreign_keys'), 1);
    const backup = path.replace('selfpaste.db', `selfpaste.v${version}.backup.db`);
    assert.deepEqual(rowsOf(backup), rows);
    assert.ok(before.length > 0);
    assert.deepEqual(
      readdirSync(join(path, '..')).filter((name) => name.endsWith('.part')),
      [],
    );
  });

test('version 1: what the teachers said is there, and its candidates are made from the masks', (t) => {
  const db = openGolden(t, 1);
  const [first, second, third] = [...db.images.ofSubset('unlabeled')];
  assert.deepEqual(db.labeling.counts(1), { done: 2, failed: 1, pending: 0, withoutPredictions: 0 });
  const [small, large] = db.labeling.predictions(1, first);
  assert.deepEqual(small, {
    id: 1,
    round: 1,
    image: 1,
    model: 1,
    category: CAT,
    score: 0.9,
    box: { x1: 2, y1: 3, x2: 6, y2: 6 },
    areaPx2: 12,
    mask: SMALL,
  });
  assert.deepEqual(large.mask, LARGE);
  const [set] = [...db.labeling.candidateSets(1)];
  assert.deepEqual([...set.candidates.ids], [1, 2]);
  assert.deepEqual([...set.candidates.areasPx2], [12, 56]);
  assert.deepEqual(db.labeling.candidates(1, first), set.candidates);
  assert.deepEqual([...db.labeling.candidates(2, second).ids], []);
  assert.equal(db.labeling.failed(1, 9)[0].image, third.id);
  assert.equal(db.labeling.retryFailed(1), 1, 'a failed attempt can still be retried');
});

test('version 1: verdicts are one action each, and can be undone', (t) => {
  const db = openGolden(t, 1);
  const [first, second, third] = [...db.images.ofSubset('unlabeled')];
  const said = (prediction: number, category: number, mask: typeof SMALL) => ({ of: 'prediction', prediction, round: 1, category, mask });
  assert.deepEqual(db.verdicts.ofImage(first), [
    { id: 1, who: 'ada', why: 'a cat', atMs: T0 + 5, ...said(1, CAT, SMALL), verdict: 'accepted' },
  ]);
  assert.deepEqual(db.verdicts.ofImage(second), [
    { id: 2, who: 'ada', why: 'a bush', atMs: T0 + 6, ...said(3, DOG, LARGE), verdict: 'rejected' },
  ]);
  assert.deepEqual(db.verdicts.ofImage(third), [{ id: 3, who: 'bob', why: 'a drawing', atMs: T0 + 7, of: 'image', verdict: 'rejected' }]);
  assert.deepEqual(
    db.verdicts.actions(9).map(({ id, subject }) => [id, subject]),
    [
      [3, 'image 3'],
      [2, 'prediction 3'],
      [1, 'prediction 1'],
    ],
  );
  db.verdicts.undo(actionId(2), { who: 'bob', atMs: T0 + 20 });
  assert.deepEqual(db.verdicts.ofImage(second), []);
});

test('version 1: a frozen round keeps its labels, an open one is selected anew, and sums are those of the rows', (t) => {
  const db = openGolden(t, 1);
  const labels = [...keptLabels(db, 1)].flatMap(({ labels }) => labels);
  assert.deepEqual(
    labels.map((one) => [one.by, one.by === 'teacher' && one.id, one.weight]),
    [['teacher', 1, 1]],
  );
  assert.throws(() => db.pseudoLabels.clear(1), { code: 'USAGE_ROUND_FROZEN' });
  db.pseudoLabels.clear(2);
  assert.equal([...db.pseudoLabels.pending(2)].length, 2);
  const stats = labelStats(db, 1);
  assert.deepEqual(
    stats.categories.map(({ predictions, kept, dropped }) => [predictions, kept, dropped]),
    [
      [1, 1, {}],
      [2, 0, { 'below-threshold': 1, rejected: 1 }],
    ],
  );
  label(db, { ...addImage(db, 50), size: SIZE }, []);
  assert.equal(db.donations.add([verdictId(1)], { who: 'ada', why: '', subject: '1', atMs: T0 }).donated, 1);
  assert.equal(db.donations.ofRound(2)[0].image, imageId(1));
});

test('version 2: suspicions know what became of their predictions, and what people said stands', (t) => {
  const db = openGolden(t, 2);
  const kept = (filter: Omit<LabelFilter, 'round'>) =>
    listLabels(db, { round: 2, ...filter }, 'likely-wrong', 9).map(({ id, rank }) => [id, rank]);
  assert.deepEqual(kept({ status: 'kept', reason: 'accepted', minScore: 0.9 }), [[4, 0.75]]);
  assert.deepEqual(kept({ status: 'dropped' }), []);
  assert.deepEqual(walkingReader(db, { round: 2, reason: 'accepted', suspicion: 'cut' }, 'likely-wrong')(undefined, 9), [
    { id: 4, rank: 0.5 },
  ]);
  assert.deepEqual(
    db.verdicts.actions(9).map(({ id, verdicts, donations }) => [id, verdicts.corrected + verdicts.drawn, donations]),
    [
      [6, 0, 2],
      [5, 1, 0],
      [4, 1, 0],
      [3, 0, 0],
      [2, 0, 0],
      [1, 0, 0],
    ],
  );
  assert.deepEqual(
    db.donations.ofRound(2).map(({ image }) => image),
    [1],
  );
});

test('version 3: what students were measured stands; of their classes nothing is known until one is measured again', (t) => {
  const db = openGolden(t, 3);
  assert.deepEqual(db.metrics.curve(1, 'maskAp'), [
    { step: 50, value: 0.5 },
    { step: 100, value: 0.25 },
  ]);
  assert.deepEqual(db.metrics.at(1, 50), { boxAp: 0.75, loss: 2, maskAp: 0.5, maskApLarge: null });
  assert.deepEqual([db.classMetrics.at(1, 50), db.classMetrics.at(1, 100)], [[], []]);
  const cat = { category: CAT, truths: 1, maskAp: 0.25, maskAp50: 0.5, boxAp: 0.5 };
  db.classMetrics.record(1, 100, [cat]);
  assert.deepEqual(db.classMetrics.at(1, 100), [cat]);
});

test('version 5: what is owed stays owed, and actions that had no key have none', (t) => {
  const db = openGolden(t, 5);
  const owed = db.notices.owedTo('a hash', { sinceMs: 0, tries: 9 });
  assert.deepEqual(
    owed.map(({ id }) => id),
    ['v5-1'],
  );
  assert.ok(db.verdicts.actions(9).length > 1);
  assert.deepEqual(db.connection.all('SELECT DISTINCT key FROM actions'), [{ key: null }]);
  assert.throws(() => db.connection.run("UPDATE actions SET key = 'k'"), /an action is undone, not changed/);
});

test('a new database has nothing to back up, nor has one that is up to date', (t) => {
  const db = testDatabase(t);
  db.close();
  openDatabase(db.path, { mode: 'upgrade' }).close();
  assert.deepEqual(readdirSync(join(db.path, '..')), [basename(db.path)]);
});

test('a migration that fails half-way leaves the file as it was, and names the backup', (t) => {
  const path = goldenCopy(t, 1);
  const planted = new Database(path);
  planted.exec('CREATE TABLE suspicions (planted TEXT)').close();
  const rows = rowsOf(path);
  const { code, message, hint } = errorOf(() => openDatabase(path, { mode: 'upgrade' }));
  assert.equal(code, 'DATA_MIGRATION_FAILED');
  assert.equal(
    message,
    `The database ${path} could not be brought from version 1 to ${LATEST_VERSION}, and is as it was: table suspicions already exists`,
  );
  const backup = path.replace('.db', '.v1.backup.db');
  assert.equal(hint, `open it with the selfpaste that wrote it, and report this; a backup is ${backup}`);
  assert.deepEqual(rowsOf(path), rows);
  assert.deepEqual(rowsOf(backup), rows);
});

test('rows that version 1 should not have had stop the migration', (t) => {
  const path = goldenCopy(t, 1);
  const planted = new Database(path);
  planted.pragma('foreign_keys = OFF');
  planted.exec(`INSERT INTO predictions VALUES (9, 2, 3, 2, 3, 0.5, 0, 0, 1, 1, 1, '01')`).close();
  assert.match(
    errorOf(() => openDatabase(path, { mode: 'upgrade' })).message,
    /is as it was: a row of predictions names one of label_attempts that is not there$/,
  );
  assert.equal(rowsOf(path).predictions.length, 5);
});

test('an older database is not changed by looking, nor by who does not own the run', (t) => {
  const path = goldenCopy(t, 1);
  for (const mode of ['read', 'write'] as const) {
    const { code, message, hint } = errorOf(() => openDatabase(path, { mode }));
    assert.equal(code, 'DATA_OLDER_DATABASE');
    assert.equal(message, `Expected a database of version ${LATEST_VERSION} for ${path}, got version 1: an older selfpaste wrote it`);
    assert.equal(hint, `bring it forward, after a backup beside it, with \`selfpaste labels upgrade ${join(path, '..')}\``);
  }
  assert.equal(existsSync(path.replace('.db', '.v1.backup.db')), false);
});

test('a prediction of version 1 has no quality, one of today has what was measured', (t) => {
  const db = openGolden(t, 1);
  const image = addImage(db, 50);
  const quality = { probability: 0.75, stability: 0.5, flipAgreement: null };
  label(db, image, [{ ...prediction(0.5), quality }], 2);
  assert.deepEqual(db.labeling.predictions(2, image)[0].quality, quality);
  assert.equal(db.labeling.predictions(1, { id: imageId(1), size: SIZE })[0].quality, undefined);
  assert.equal(db.labeling.predictions(1, { id: imageId(1), size: SIZE })[0].id, predictionId(1));
});
