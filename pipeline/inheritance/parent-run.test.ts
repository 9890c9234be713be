import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { clearUnbegunRun, type RunFolder, runFolder } from '../run-folder.ts';
import { configWith, withDatabase } from '../test-data.ts';
import { forgetParent, handDown, type ParentRun, withParents } from './parent-run.ts';

const hashOf = (text: string) => sha256(createHash('sha256').update(text).digest('hex'));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A run with a student, what it was made of, and files that only going on with the run needs. */
function fillRun(db: RunDatabase, folder: RunFolder): void {
  const config = configWith({ train: { steps: 7 } });
  db.runs.create({ name: 'base', seed: 0, config, configHash: '', programVersion: '0', machineVersion: 4, createdAtMs: 1 });
  for (const file of [folder.student(0), folder.initialStudent(0), folder.trainingSet(0), folder.interimStudent(1), folder.best])
    write(file, 'student');
  write(join(folder.checkpoints(0), 'step-5.checkpoint'), 'checkpoint');
  const path = folder.stored(folder.student(0));
  db.models.add({ round: 0, role: 'student', path, sha256: hashOf('student'), contract: {}, createdAtMs: 1 });
}

const withRun = (use: (db: RunDatabase, folder: RunFolder, fork: RunFolder) => Promise<void>) =>
  withDatabase(async (db, path) => {
    const folder = runFolder(path);
    fillRun(db, folder);
    await use(db, folder, runFolder(join(path, 'fork')));
  });

const named = async (parents: readonly ParentRun[]): Promise<readonly string[]> => parents.map(({ name }) => name);

test('a fork has what its parent knew, and needs it no more', () =>
  withRun(async (db, folder, fork) => {
    assert.deepEqual(await withParents({ folder: fork }, named), []);
    await handDown({ db, folder }, fork);
    rmSync(folder.models, { recursive: true });
    await withParents({ folder: fork }, async ([parent, ...further]) => {
      assert.equal(further.length, 0);
      assert.deepEqual([parent.name, parent.settingsOf(0).train.steps, parent.db.models.all().length], ['base', 7, 1]);
      assert.equal(readFileSync(parent.folder.located(parent.db.models.all()[0].path), 'utf8'), 'student');
      assert.ok(existsSync(parent.folder.initialStudent(0)));
      for (const file of [parent.folder.checkpoints(0), parent.folder.trainingSet(0), parent.folder.interimStudent(1), parent.folder.best])
        assert.ok(!existsSync(file), file);
    });
  }));

test('a fork of a fork has what both knew, the nearest first, and lets go of both', () =>
  withRun((db, folder, fork) =>
    withDatabase(async (child, path) => {
      const config = configWith({});
      child.runs.create({ name: 'more', seed: 0, config, configHash: '', programVersion: '0', machineVersion: 4, createdAtMs: 1 });
      await handDown({ db, folder }, runFolder(path));
      await handDown({ db: child, folder: runFolder(path) }, fork);
      forgetParent({ folder: runFolder(path) });
      await withParents({ folder: fork }, async (parents) => {
        assert.deepEqual(await named(parents), ['more', 'base']);
        const [student] = parents[1].db.models.all();
        assert.equal(readFileSync(parents[1].folder.located(student.path), 'utf8'), 'student');
      });
      forgetParent({ folder: fork });
      assert.deepEqual(await withParents({ folder: fork }, named), []);
    }),
  ));

test('a parent is let go of as a whole, also where that was interrupted', () =>
  withRun(async (db, folder, fork) => {
    await handDown({ db, folder }, fork);
    rmSync(runFolder(fork.parent).database);
    assert.deepEqual(await withParents({ folder: fork }, named), []);
    forgetParent({ folder: fork });
    forgetParent({ folder: fork });
    assert.ok(!existsSync(fork.parent));
  }));

test('a run that begins anew in the folder of a fork in which nothing was made has no parent', () =>
  withRun(async (db, folder, fork) => {
    await handDown({ db, folder }, fork);
    write(fork.database, '');
    clearUnbegunRun(fork);
    assert.ok(existsSync(fork.parent), 'what cannot be read is left for people');
    rmSync(fork.database);
    await withDatabase(async (_, path) => {
      const unbegun = runFolder(path);
      await handDown({ db, folder }, unbegun);
      clearUnbegunRun(unbegun);
      assert.ok(!existsSync(unbegun.parent));
    });
  }));

test('a damaged student is not handed down', () =>
  withRun(async (db, folder, fork) => {
    write(folder.student(0), 'half');
    await assert.rejects(handDown({ db, folder }, fork), { code: 'DATA_DAMAGED_MODEL' });
  }));
