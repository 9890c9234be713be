import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { APPLICATION_ID } from './backup-files.ts';
import { LATEST_VERSION, migrations } from './migrations/index.ts';
import { openDatabase } from './open.ts';
import { addImage, beginRun, errorOf, label, prediction, testDatabase, testFolder, testRun } from './test-database.ts';

test('migrations lead from an empty file to the latest version', (t) => {
  const db = testDatabase(t);
  assert.equal(db.connection.pragma('user_version'), LATEST_VERSION);
  assert.equal(db.connection.pragma('application_id'), APPLICATION_ID);
  assert.equal(db.connection.pragma('journal_mode'), 'wal');
  assert.equal(db.connection.pragma('foreign_keys'), 1);
  assert.equal(db.connection.pragma('synchronous'), 1);
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, at) => at + 1),
  );
  const loose = db.connection.all(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'`,
  );
  assert.deepEqual(loose, [], 'every table is STRICT');
});

test('a database that was closed is one file, and opens again with its rows', (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const first = openDatabase(path, { mode: 'create' });
  beginRun(first);
  first.close();
  assert.throws(() => readFileSync(`${path}-wal`), /ENOENT/);
  for (const mode of ['write', 'read'] as const) {
    const again = openDatabase(path, { mode });
    assert.equal(again.categories.all().length, 2);
    again.close();
  }
});

test('create goes on with an empty file, which a run that died at once leaves', (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  writeFileSync(path, '');
  assert.equal(testDatabase(t, path).rounds.latest(), undefined);
});

test('a missing database says so', (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const { code, message, hint, exitCode } = errorOf(() => openDatabase(path, { mode: 'read' }));
  assert.equal(code, 'DATA_NO_DATABASE');
  assert.equal(message, `Expected a selfpaste database at ${path}: there is no such file`);
  assert.equal(hint, 'check the path: a run is a folder that holds selfpaste.db; `selfpaste run -c FILE` starts one');
  assert.equal(exitCode, 2);
  assert.equal(errorOf(() => openDatabase(join(path, '..'), { mode: 'write' })).code, 'DATA_NO_DATABASE');
});

test('another kind of file, and a database of another program, are not ours', (t) => {
  const folder = testFolder(t);
  const text = join(folder, 'notes.txt');
  writeFileSync(text, 'images to look at again\n'.repeat(100));
  const notADatabase = errorOf(() => openDatabase(text, { mode: 'write' }));
  assert.equal(notADatabase.code, 'DATA_NO_DATABASE');
  assert.equal(notADatabase.message, `The database ${text} is not a selfpaste database (SQLITE_NOTADB: file is not a database)`);
  const other = join(folder, 'other.db');
  new Database(other).exec('CREATE TABLE songs (name TEXT)').close();
  const foreign = errorOf(() => openDatabase(other, { mode: 'read' }));
  assert.equal(foreign.message, `Expected a selfpaste database at ${other}: it is an SQLite database of another program`);
});

test('a damaged database says so, at the latest when the damage is read', (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const db = openDatabase(path, { mode: 'create' });
  beginRun(db);
  for (let number = 1; number <= 200; number++) label(db, addImage(db, number), [prediction(0.5)]);
  db.close();
  const file = openSync(path, 'r+');
  for (let page = 1; page < 40; page++) writeSync(file, Buffer.alloc(4000, 0xa5), 0, 4000, page * 4096 + 20);
  closeSync(file);
  const damaged = errorOf(() => {
    const again = openDatabase(path, { mode: 'write' });
    t.after(() => again.close());
    again.connection.all('SELECT * FROM predictions');
  });
  assert.equal(damaged.code, 'DATA_CORRUPT_DATABASE');
  assert.match(damaged.message, /^The database .*selfpaste\.db is damaged \(SQLITE_CORRUPT/);
  truncateSync(path, 3000);
  assert.match(errorOf(() => openDatabase(path, { mode: 'read' })).code, /^DATA_(CORRUPT|NO)_DATABASE$/);
});

test('an older program refuses a newer database by name', (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const db = openDatabase(path, { mode: 'create' });
  db.connection.pragma(`user_version = ${LATEST_VERSION + 7}`);
  db.close();
  const { code, message, hint } = errorOf(() => openDatabase(path, { mode: 'write' }));
  assert.equal(code, 'DATA_NEWER_DATABASE');
  assert.equal(
    message,
    `Expected a database of version ${LATEST_VERSION} or older for ${path}, got version ${LATEST_VERSION + 7}: a newer selfpaste wrote it`,
  );
  assert.equal(hint, 'update selfpaste to the version that wrote this run, or newer');
});

test('create refuses a database that is there', (t) => {
  const db = testDatabase(t);
  const { code, message, hint } = errorOf(() => openDatabase(db.path, { mode: 'create' }));
  assert.equal(code, 'DATA_DATABASE_EXISTS');
  assert.match(message, /^Expected no database yet at .*selfpaste\.db, got one with \d+ tables and indexes$/);
  assert.equal(hint, 'resume this run with `selfpaste resume`, or start one under another name');
});

test('a full disk loses nothing that was committed', (t) => {
  const db = testRun(t);
  const [first, second] = [addImage(db, 1), addImage(db, 2)];
  label(db, first, [prediction(0.9)]);
  db.connection.pragma(`max_page_count = ${db.connection.pragma('page_count')}`);
  const many = Array.from({ length: 5000 }, () => prediction(0.5));
  const { code, message, hint, exitCode } = errorOf(() => label(db, second, many));
  assert.equal(code, 'ENVIRONMENT_DISK_FULL');
  assert.match(message, /could not grow: the disk is full \(SQLITE_FULL: database or disk is full\)$/);
  assert.equal(hint, 'free some disk space, then resume the run; what was committed is safe');
  assert.equal(exitCode, 3);
  assert.deepEqual(db.labeling.counts(1), { done: 1, failed: 0, pending: 1, withoutPredictions: 0 });
});

test('a database that was opened to read cannot be written', (t) => {
  const db = testRun(t);
  const reader = openDatabase(db.path, { mode: 'read' });
  t.after(() => reader.close());
  const { code, message, hint } = errorOf(() => addImage(reader, 1));
  assert.equal(code, 'ENVIRONMENT_READ_ONLY');
  assert.match(message, /cannot be written \(SQLITE_READONLY/);
  assert.equal(hint, 'check the permissions of the run folder and that its disk is not mounted read-only');
});

test('a reader sees what was committed, and only that, while the run writes', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const reader = openDatabase(db.path, { mode: 'read' });
  t.after(() => reader.close());
  db.transaction(() => {
    label(db, image, [prediction(0.9)]);
    assert.equal(reader.labeling.counts(1).done, 0);
  });
  assert.equal(reader.labeling.counts(1).done, 1);
});

test('a transaction that throws leaves nothing, also of the transactions inside it', (t) => {
  const db = testRun(t);
  const image = addImage(db, 1);
  const broken = () =>
    db.transaction(() => {
      label(db, image, [prediction(0.9)]);
      db.snapshots.add({ atMs: 1, machineVersion: 1, state: {} });
      throw new Error('planted');
    });
  assert.throws(broken, /planted/);
  assert.equal(db.labeling.counts(1).done, 0);
  assert.equal(db.snapshots.latest(), undefined);
});
