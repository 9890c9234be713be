import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { SelfpasteError, sha256 } from '../core/index.ts';
import { openDatabase } from '../db/index.ts';
import { clearUnbegunRun, environmentError, makeRunFolder, type RunFolder, removeUnfinishedFiles, runFolder } from './run-folder.ts';

const UUID = '0b4c1f6e-9d1a-4a1c-8f7e-1c2d3e4f5a6b';

function withRunFolder(use: (folder: RunFolder) => void): void {
  const path = mkdtempSync(join(tmpdir(), 'selfpaste-folder-'));
  try {
    use(runFolder(path));
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

it('removeUnfinishedFiles takes half-written files and nothing else', () =>
  withRunFolder((folder) => {
    const whole = [folder.student(0), folder.trainingSet(1), folder.best];
    const half = [join(folder.checkpoints(1), `.step-0000003.checkpoint.${UUID}.tmp`), `${folder.trainingSet(1)}.123.tmp`];
    const others = ['notes.tmp', `.notes.txt.${UUID}.tmp`, 'models/mine.onnx.tmp'].map((name) => join(folder.path, name));
    for (const file of [...whole, ...half, ...others]) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, 'x');
    }
    removeUnfinishedFiles(folder);
    assert.deepEqual([...whole, ...half, ...others].filter(existsSync), [...whole, ...others]);
  }));

it('clearUnbegunRun removes a run that made nothing, and keeps one that has a model', () =>
  withRunFolder((folder) => {
    openDatabase(folder.database, { mode: 'create' }).close();
    clearUnbegunRun(folder);
    assert.ok(!existsSync(folder.database));

    const db = openDatabase(folder.database, { mode: 'create' });
    db.models.add({ round: 0, role: 'given', path: 'x.onnx', sha256: sha256('0'.repeat(64)), contract: {}, createdAtMs: 1 });
    db.close();
    clearUnbegunRun(folder);
    assert.ok(existsSync(folder.database));
  }));

it('clearUnbegunRun leaves a file that is not ours alone', () =>
  withRunFolder((folder) => {
    writeFileSync(folder.database, 'something else');
    clearUnbegunRun(folder);
    assert.ok(existsSync(folder.database));
  }));

it('makeRunFolder makes every level, and says where it may not', () =>
  withRunFolder(({ path }) => {
    makeRunFolder(join(path, 'a/b/c'));
    assert.ok(existsSync(join(path, 'a/b/c')));
    writeFileSync(join(path, 'file'), '');
    assert.throws(() => makeRunFolder(join(path, 'file/run')), {
      code: 'ENVIRONMENT_NOT_WRITABLE',
      message: new RegExp(`^Expected a run folder whose files can be read and written at ${path}/file/run, got ENOTDIR`),
      hint: 'check that folder and its permissions, or choose another with --set runs=FOLDER',
    });
  }));

it('environmentError names a full disk, and leaves our own errors and bugs as they are', () => {
  const full = environmentError(Object.assign(new Error('write'), { code: 'ENOSPC' }), '/runs/a') as SelfpasteError;
  assert.deepEqual(
    [full.code, full.message, full.hint],
    [
      'ENVIRONMENT_DISK_FULL',
      'Expected room on the disk for /runs/a, got ENOSPC',
      'free some disk space, then go on with `selfpaste resume`',
    ],
  );
  const own = new SelfpasteError('DATA_BAD_THING', 'Expected this', 'do that');
  const bug = new TypeError('x is not a function');
  assert.equal(environmentError(own, '/runs/a'), own);
  assert.equal(environmentError(bug, '/runs/a'), bug);
});
