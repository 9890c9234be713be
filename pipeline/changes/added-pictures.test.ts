import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { restoreConfig } from '../../config/index.ts';
import { sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { firstContext, MACHINE_VERSION, type Place } from '../machine/machine.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { addedPictures } from './added-pictures.ts';

/** A run that imported `known.png`, left `broken.png` out, and stands at a stage. */
function addRun(db: RunDatabase, folder: string, list: string | null = null, stage: Place = 'train'): string {
  const pictures = join(folder, 'pictures');
  mkdirSync(join(pictures, 'sub'), { recursive: true });
  for (const name of ['known.png', 'broken.png', 'notes.txt']) writeFileSync(join(pictures, name), 'x');
  const config = restoreConfig(configWith({}), [`data.unlabeled=${JSON.stringify({ images: pictures, list })}`]);
  const { name, seed, hash: configHash } = config;
  db.runs.create({ ...{ name, seed, config, configHash }, programVersion: '0', machineVersion: MACHINE_VERSION, createdAtMs: 1 });
  const file = (fileName: string) => ({ subset: 'unlabeled' as const, fileName, path: join(pictures, fileName) });
  const hash = sha256('1'.repeat(64));
  db.images.add({ ...file('known.png'), sha256: hash, size: { width: 8, height: 8 }, orientation: 1, sourceId: null });
  db.quarantine.add({ ...file('broken.png'), reason: 'unreadable', detail: 'is no picture', atMs: 1 });
  const context = { ...firstContext({ rounds: 1, given: false, waits: [] }), stage };
  db.snapshots.add({ atMs: 1, machineVersion: MACHINE_VERSION, state: { value: stage, context } });
  return pictures;
}

test('pictures that were added to the folder are counted, those that were imported or left out are not', () =>
  withDatabase(async (db, run) => {
    const folder = addRun(db, run);
    assert.equal(await addedPictures(run), null);
    writeFileSync(join(folder, 'new.jpg'), 'x');
    writeFileSync(join(folder, 'sub/known.png'), 'x');
    rmSync(join(folder, 'broken.png'));
    assert.deepEqual(await addedPictures(run), { folder, pictures: 2 });
  }));

test('nothing is said where a list names the pictures, before they are imported, and where it cannot be known', async () => {
  await withDatabase(async (db, run) => {
    writeFileSync(join(addRun(db, run, '/data/list.txt'), 'new.jpg'), 'x');
    assert.equal(await addedPictures(run), null);
  });
  await withDatabase(async (db, run) => {
    writeFileSync(join(addRun(db, run, null, 'import'), 'new.jpg'), 'x');
    assert.equal(await addedPictures(run), null);
  });
  await withDatabase(async (db, run) => {
    const folder = addRun(db, run);
    writeFileSync(join(folder, 'new.jpg'), 'x');
    assert.deepEqual(await addedPictures(run), { folder, pictures: 1 });
    assert.equal(await addedPictures(run, AbortSignal.abort()), null);
    rmSync(folder, { recursive: true });
    assert.equal(await addedPictures(run), null);
    assert.equal(await addedPictures(join(run, 'absent')), null);
  });
});
