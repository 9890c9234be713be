import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from './open.ts';
import { addImage, beginRun, testFolder } from './test-database.ts';

const IMAGES = 4000;
/** Images that a writer tells of before it is killed, somewhere in those that follow. */
const KILLS_AFTER = [1, 17, 60, 140];

/** Labels image after image, and lets itself be killed. */
const WRITER = `
import { openDatabase } from '${new URL('./open.js', import.meta.url)}';
import { attempt, prediction, recordDone } from '${new URL('./test-database.js', import.meta.url)}';
const db = openDatabase(process.argv[1], { mode: 'write' });
const predictions = Array.from({ length: 25 }, (_, at) => prediction(at / 25));
for (const { id } of db.labeling.pending(1)) {
  db.transaction(() => {
    recordDone(db, attempt(id), predictions);
    db.snapshots.add({ atMs: 0, machineVersion: 1, state: { labeled: db.labeling.counts(1).done } });
  });
  process.stdout.write('.');
}
`;

/** Starts a writer and kills it after it told of so many images. */
async function writeAndDie(path: string, images: number): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = 0;
  for await (const dots of child.stdout) {
    told += dots.length;
    if (told >= images) break;
  }
  child.kill('SIGKILL');
  if (child.signalCode === null) await once(child, 'exit');
}

test('a process that is killed while it writes leaves whole images only, and the next one goes on', async (t) => {
  const path = join(testFolder(t), 'selfpaste.db');
  const fresh = openDatabase(path, { mode: 'create' });
  beginRun(fresh);
  fresh.transaction(() => {
    for (let number = 1; number <= IMAGES; number++) addImage(fresh, number);
  });
  fresh.close();
  let before = 0;
  for (const images of KILLS_AFTER) {
    await writeAndDie(path, images);
    const db = openDatabase(path, { mode: 'write' });
    const { done } = db.labeling.counts(1);
    assert.ok(done >= before + images && done < IMAGES, `${done} images after ${before}: the kill came in the middle`);
    assert.equal(db.connection.pragma('integrity_check'), 'ok');
    assert.deepEqual(db.connection.all('PRAGMA foreign_key_check'), []);
    assert.deepEqual(
      db.connection.all(`SELECT a.image_id FROM label_attempts a
        WHERE a.predictions <> (SELECT count(*) FROM predictions p WHERE p.round = a.round AND p.image_id = a.image_id)`),
      [],
      'no image is there in part',
    );
    const sums = db.connection.one<{ rows: number; counted: number }>(
      'SELECT (SELECT count(*) FROM predictions) AS rows, (SELECT coalesce(sum(predictions), 0) FROM score_counts) AS counted',
    );
    assert.deepEqual(sums, { rows: done * 25, counted: done * 25 });
    assert.deepEqual(db.snapshots.latest()?.state ?? { labeled: 0 }, { labeled: done }, 'the snapshot speaks of these rows');
    db.close();
    before = done;
  }
});
