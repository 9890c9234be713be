import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { testFolder } from './test-database.ts';

const LIMIT = '3m';
const NO_DISK = 'a small disk cannot be mounted here';

/** Labels until the disk is full, then frees some of it, opens again and says what is there. */
const WRITER = `
import { rmSync, writeFileSync } from 'node:fs';
import { openDatabase } from '${new URL('./open.js', import.meta.url)}';
import { addImage, beginRun, label, prediction } from '${new URL('./test-database.js', import.meta.url)}';
const [path, ballast] = process.argv.slice(1);
writeFileSync(ballast, Buffer.alloc(1 << 20));
const db = openDatabase(path, { mode: 'create' });
beginRun(db);
let committed = 0;
let error;
while (!error && committed < 100000) {
  try {
    db.transaction(() => label(db, addImage(db, committed + 1), Array.from({ length: 25 }, () => prediction(0.5))));
    committed++;
  } catch (caught) {
    error = caught;
  }
}
let closing = 'closed';
try { db.close(); } catch (caught) { closing = caught.code; }
rmSync(ballast);
const again = openDatabase(path, { mode: 'write' });
const facts = {
  code: error.code, message: error.message, hint: error.hint, committed,
  done: again.labeling.counts(1).done,
  rows: again.connection.one('SELECT count(*) AS rows FROM predictions').rows,
  integrity: again.connection.pragma('integrity_check'),
};
label(again, addImage(again, 999999), [prediction(0.5)]);
again.close();
console.log(JSON.stringify(facts));
`;

/** Takes a run on a disk with room for the lock and for nothing else, and again once there is some. */
const TAKER = `
import { closeSync, ftruncateSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { acquireRunLock } from '${new URL('./run-lock.js', import.meta.url)}';
const [run, ballast] = process.argv.slice(1);
const PAGE = Buffer.alloc(4096);
acquireRunLock(run).release();
const file = openSync(ballast, 'w');
let size = 0;
try { for (;;) size += writeSync(file, PAGE); } catch { ftruncateSync(file, size - PAGE.length); }
let error;
try { acquireRunLock(run); } catch (caught) { error = caught; }
closeSync(file);
rmSync(ballast);
acquireRunLock(run).release();
console.log(JSON.stringify({ code: error?.code, message: error?.message, left: readdirSync(run) }));
`;

/** Mounts a small disk for one command, in a namespace of its own: needs no rights, and goes away with the command. */
function onSmallDisk(folder: string, command: readonly string[]) {
  const script = `mount -t tmpfs -o size=${LIMIT} tmpfs "$0" && exec "$@"`;
  return spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, folder, ...command], { encoding: 'utf8' });
}

/** What a script tells as JSON of its work with a path and a file of ballast on a small disk; null where none can be mounted. */
function toldOnSmallDisk(t: TestContext, script: string, file: string) {
  const folder = join(testFolder(t), 'disk');
  mkdirSync(folder);
  if (onSmallDisk(folder, ['true']).status !== 0) return null;
  const program = [process.execPath, '--input-type=module', '-e', script, join(folder, file), join(folder, 'ballast')];
  const { stdout, stderr } = onSmallDisk(folder, program);
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout);
}

test('who could not take a run for want of room keeps nobody out once there is some', (t) => {
  const told = toldOnSmallDisk(t, TAKER, 'run');
  if (told === null) return t.skip(NO_DISK);
  const { code, message, left } = told;
  assert.equal(code, 'ENVIRONMENT_DISK_FULL');
  assert.match(message, /could not grow: the disk is full \(ENOSPC/, 'the lock was had, and its owner could not be written');
  assert.deepEqual(left, ['lock.db']);
});

test('a disk that is full during a write loses nothing that was committed, and the run goes on once there is room', (t) => {
  const told = toldOnSmallDisk(t, WRITER, 'selfpaste.db');
  if (told === null) return t.skip(NO_DISK);
  const { code, message, hint, committed, done, rows, integrity } = told;
  assert.equal(code, 'ENVIRONMENT_DISK_FULL');
  assert.match(message, /selfpaste\.db could not grow: the disk is full \(SQLITE_FULL: database or disk is full\)$/);
  assert.equal(hint, 'free some disk space, then resume the run; what was committed is safe');
  assert.ok(committed > 10, `${committed} images were written before the disk was full`);
  assert.deepEqual({ done, rows, integrity }, { done: committed, rows: 25 * committed, integrity: 'ok' });
});
