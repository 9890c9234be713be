import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { snapshotDatabase } from './backups.ts';
import { openDatabase } from './open.ts';
import { restoreDatabase } from './restore.ts';
import { acquireRunLock } from './run-lock.ts';
import { addImage, beginRun, errorOf, label, prediction, testFolder, testRun } from './test-database.ts';

const IMAGES = 60;

/** A closed database with labels, and a snapshot of it beside. */
async function runWithSnapshot(t: TestContext): Promise<{ readonly path: string; readonly copy: string }> {
  const path = join(testFolder(t), 'selfpaste.db');
  const db = openDatabase(path, { mode: 'create' });
  beginRun(db);
  for (let number = 1; number <= IMAGES; number++) label(db, addImage(db, number), [prediction(0.5), prediction(0.25)]);
  const copy = join(dirname(path), 'snapshot.db');
  await snapshotDatabase(db, copy);
  db.close();
  return { path, copy };
}

/** Labels image after image, three a transaction, until it is stopped. */
const WRITER = `
import { openDatabase } from '${new URL('./open.js', import.meta.url)}';
import { addImage, label, prediction } from '${new URL('./test-database.js', import.meta.url)}';
const db = openDatabase(process.argv[1], { mode: 'write' });
for (let number = 1; ; number += 3) {
  db.transaction(() => { for (let at = 0; at < 3; at++) label(db, addImage(db, number + at), Array.from({ length: 40 }, () => prediction(0.5))); });
  process.stdout.write('.');
}
`;

test('a snapshot is one file with one state of the database, also while another process writes', async (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const fresh = openDatabase(path, { mode: 'create' });
  beginRun(fresh);
  fresh.close();
  const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => writer.kill('SIGKILL'));
  await once(writer.stdout, 'data');
  writer.stdout.resume();
  const db = openDatabase(path, { mode: 'read' });
  t.after(() => db.close());
  let before = 0;
  for (const name of ['first.db', 'second.db']) {
    const copy = join(dirname(path), 'copies', name);
    await snapshotDatabase(db, copy);
    const after = db.labeling.counts(1).done;
    const snapshot = openDatabase(copy, { mode: 'read' });
    const { done } = snapshot.labeling.counts(1);
    assert.equal(snapshot.connection.pragma('integrity_check'), 'ok');
    assert.equal(snapshot.connection.one<{ rows: number }>('SELECT count(*) AS rows FROM predictions').rows, done * 40);
    snapshot.close();
    assert.ok(done % 3 === 0 && done > before && done <= after, `${done} images, after ${before} and before ${after}`);
    before = done;
    await once(writer.stdout, 'data');
  }
  assert.deepEqual(readdirSync(join(dirname(path), 'copies')), ['first.db', 'second.db']);
});

test('a snapshot can be read where nothing can be written', { skip: process.getuid?.() === 0 && 'root may write anywhere' }, async (t) => {
  const { copy } = await runWithSnapshot(t);
  chmodSync(dirname(copy), 0o555);
  t.after(() => chmodSync(dirname(copy), 0o755));
  openDatabase(copy, { mode: 'read' }).close();
});

test('a snapshot asks for no log beside it', async (t) => {
  const { copy } = await runWithSnapshot(t);
  const reader = openDatabase(copy, { mode: 'read' });
  reader.labeling.counts(1);
  assert.deepEqual(readdirSync(dirname(copy)).sort(), ['selfpaste.db', 'snapshot.db']);
  reader.close();
});

test('a snapshot never takes the place of a file, and a failed one leaves nothing', async (t) => {
  const db = testRun(t);
  const taken = join(dirname(db.path), 'taken.db');
  writeFileSync(taken, 'mine');
  await assert.rejects(snapshotDatabase(db, taken), {
    code: 'USAGE_FILE_EXISTS',
    message: `Expected no file yet at ${taken}`,
    hint: 'name another file, or move that one away',
  });
  assert.equal(readFileSync(taken, 'utf8'), 'mine');
  await assert.rejects(snapshotDatabase(db, join(taken, 'copy.db')));
  assert.deepEqual(
    readdirSync(dirname(db.path)).filter((name) => name.includes('part')),
    [],
  );
});

/** Reads all of a database, as a run and its commands may. */
function readAll(path: string): void {
  const db = openDatabase(path, { mode: 'write' });
  try {
    const images = [...db.images.ofSubset('unlabeled')];
    for (const image of images) {
      db.labeling.predictions(1, image);
      db.labeling.candidates(1, image);
    }
    assert.equal(images.length, IMAGES);
    assert.equal(db.connection.pragma('integrity_check'), 'ok');
  } finally {
    db.close();
  }
}

test('wherever a database was truncated, opening it says so, and names the command that restores its snapshot', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  const { size } = statSync(copy);
  utimesSync(copy, 1_700_000_000, 1_700_000_000);
  const hint = `restore the copy beside it, snapshot.db of 2023-11-14T22:13:20.000Z, with \`selfpaste labels restore ${dirname(path)}\`; the damaged file is kept`;
  for (const length of [0, 50, 512, 4096, 5000, 4096 * 7, Math.floor(size / 2), size - 4096])
    for (const mode of ['read', 'write'] as const)
      await t.test(`to ${length} of ${size} bytes, ${mode}`, () => {
        copyFileSync(copy, path);
        truncateSync(path, length);
        const error = errorOf(() => openDatabase(path, { mode }));
        assert.match(error.code, /^DATA_(CORRUPT|NO)_DATABASE$/);
        assert.equal(error.hint, hint);
      });
});

test('flipped bytes are told where they do harm, and never become another error', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  const whole = readFileSync(copy);
  const harm = new Set<string>();
  for (let page = 0; page * 4096 < whole.length; page++) {
    const bytes = Buffer.from(whole);
    for (const at of [0, 3, 5, 8, 9, 100, 2000, 4090]) bytes[page * 4096 + (page === 0 ? 100 : 0) + (at % (4096 - 100))] ^= 0xff;
    writeFileSync(path, bytes);
    try {
      readAll(path);
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) harm.add(errorOf(() => raise(error)).code);
    }
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  }
  assert.deepEqual([...harm], ['DATA_CORRUPT_DATABASE']);
});

const raise = (error: unknown) => {
  throw error;
};

test('restore puts the newest whole copy in the place of a damaged database, and keeps that', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  const older = join(dirname(path), 'selfpaste.v1.backup.db');
  copyFileSync(copy, older);
  utimesSync(older, 1000, 1000);
  const newestButDamaged = join(dirname(path), 'newer.db');
  copyFileSync(copy, newestButDamaged);
  truncateSync(newestButDamaged, 9000);
  truncateSync(path, 20_000);
  writeFileSync(`${path}-wal`, 'what is left of a log');
  const damaged = `${path}.damaged-1`;
  assert.deepEqual(restoreDatabase(path), { from: copy, damaged });
  readAll(path);
  assert.equal(statSync(damaged).size, 20_000);
  assert.equal(readFileSync(`${damaged}-wal`, 'utf8'), 'what is left of a log');
  assert.ok(existsSync(copy) && existsSync(older), 'copies stay where they are');
  truncateSync(path, 20_000);
  assert.equal(restoreDatabase(path).damaged, `${path}.damaged-2`);
});

test('a database that is gone, as after an interrupted restore, says so and is restored', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  rmSync(path);
  assert.match(errorOf(() => openDatabase(path, { mode: 'write' })).hint, /^restore the copy beside it, snapshot\.db of /);
  assert.deepEqual(restoreDatabase(path), { from: copy, damaged: null });
  readAll(path);
});

test('a log that is left of a database that is gone is kept, and not taken for that of the copy', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  rmSync(path);
  // Its frames end with a commit, as the log of a run that was killed.
  const other = openDatabase(join(testFolder(t), 'selfpaste.db'), { mode: 'create' });
  beginRun(other);
  for (let number = 1; number <= 2 * IMAGES; number++) label(other, addImage(other, number), [prediction(0.5)]);
  copyFileSync(`${other.path}-wal`, `${path}-wal`);
  copyFileSync(`${other.path}-wal`, `${path}.damaged-1-wal`);
  other.close();
  const log = readFileSync(`${path}-wal`);
  assert.deepEqual(restoreDatabase(path), { from: copy, damaged: null });
  readAll(path);
  assert.deepEqual(readFileSync(`${path}.damaged-2-wal`), log, 'under a name that was free');
});

test('an empty file is no whole database', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  truncateSync(path, 0);
  assert.equal(restoreDatabase(path).from, copy);
});

test('a database that another program locks is not taken for a damaged one', async (t) => {
  const { path } = await runWithSnapshot(t);
  const locker = new Database(path);
  locker.pragma('journal_mode = DELETE');
  locker.exec('BEGIN EXCLUSIVE');
  t.after(() => locker.close());
  const { code, message } = errorOf(() => restoreDatabase(path));
  assert.equal(code, 'ENVIRONMENT_DATABASE_BUSY');
  assert.ok(message.startsWith(`The database ${path} is locked by another process`));
  assert.deepEqual(
    readdirSync(dirname(path)).filter((name) => name.includes('damaged')),
    [],
  );
});

test('restore refuses a whole database, one that a run owns, and one without a copy', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  const whole = errorOf(() => restoreDatabase(path));
  assert.equal(whole.code, 'USAGE_DATABASE_WHOLE');
  assert.equal(whole.message, `Expected a damaged database at ${path}, got one that is whole`);
  assert.equal(whole.hint, 'go on with it; to return to an earlier copy all the same, move it away first');
  truncateSync(path, 9000);
  const lock = acquireRunLock(dirname(path));
  assert.equal(errorOf(() => restoreDatabase(path)).code, 'ENVIRONMENT_RUN_OWNED');
  lock.release();
  truncateSync(copy, 9000);
  const alone = errorOf(() => restoreDatabase(path));
  assert.equal(alone.code, 'DATA_NO_BACKUP');
  assert.equal(alone.message, `Expected a whole copy of the database beside ${path}, got none`);
  assert.match(alone.hint, /^put a snapshot or a backup of it into that folder, or rescue what is left with /);
  assert.equal(statSync(path).size, 9000, 'nothing was moved');
});

test('databases of other programs beside a damaged one are no copies of it', async (t) => {
  const { path, copy } = await runWithSnapshot(t);
  rmSync(copy);
  new Database(join(dirname(path), 'songs.db')).exec('CREATE TABLE songs (name TEXT)').close();
  truncateSync(path, 9000);
  assert.match(errorOf(() => openDatabase(path, { mode: 'read' })).hint, /^restore the run folder from a backup, or rescue/);
  assert.equal(errorOf(() => restoreDatabase(path)).code, 'DATA_NO_BACKUP');
});
