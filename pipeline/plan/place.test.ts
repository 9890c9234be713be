import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { acquireRunLock, openDatabase } from '../../db/index.ts';
import { withFolder } from '../../test/small-run.ts';
import { runFolder } from '../run-folder.ts';
import { requirePlace } from './place.ts';

const code = (expected: string, message: RegExp) => (error: Error & { code?: string }) => {
  assert.equal(error.code, expected);
  assert.match(error.message, message);
  return true;
};

test('a folder that can be made is a place, and is not made', () =>
  withFolder(async (folder) => {
    requirePlace(runFolder(join(folder, 'runs', 'night')));
    assert.deepEqual(readdirSync(folder), []);
  }));

test('a file in the way is no place', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'runs'), '');
    const notWritable = code('ENVIRONMENT_NOT_WRITABLE', /^Expected a run folder whose files can be read and written at .*ENOTDIR/);
    assert.throws(() => requirePlace(runFolder(join(folder, 'runs', 'night'))), notWritable);
  }));

test('a run that made nothing yet gives way; one that has a checkpoint does not, and its stage is told', () =>
  withFolder(async (folder) => {
    const place = runFolder(join(folder, 'night'));
    mkdirSync(place.path);
    const db = openDatabase(place.database, { mode: 'create' });
    try {
      db.rounds.start(0, { stage: 'train', teacher: null, startedAtMs: 1 });
      requirePlace(place);
      const file = { path: 'step-3.checkpoint', sha256: '0'.repeat(64), bytes: 1 } as Parameters<typeof db.checkpoints.record>[0];
      db.checkpoints.record({ ...file, round: 0, step: 3, createdAtMs: 1 });
      assert.throws(
        () => requirePlace(place),
        code('DATA_DATABASE_EXISTS', /^Expected no run yet in .*night, got one in stage train of round 0$/),
      );
    } finally {
      db.close();
    }
  }));

test('a run that somebody is at does not give way, whatever it made', () =>
  withFolder(async (folder) => {
    const place = runFolder(join(folder, 'night'));
    const lock = acquireRunLock(place.path);
    openDatabase(place.database, { mode: 'create' }).close();
    try {
      const driven = new RegExp(`got one that imports its data, driven by process ${process.pid} on .* since 2`);
      assert.throws(() => requirePlace(place), code('DATA_DATABASE_EXISTS', driven));
    } finally {
      lock.release();
    }
    requirePlace(place);
  }));
