import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { withDatabase } from '../test-data.ts';
import { shareBest, shareRounds } from './fork-files.ts';

const UUID = '0b4c1f6e-9d1a-4a1c-8f7e-1c2d3e4f5a6b';
const hashOf = (text: string) => sha256(createHash('sha256').update(text).digest('hex'));

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Two rounds with a student, a checkpoint and a first student each. */
function twoRounds(db: RunDatabase, folder: RunFolder): void {
  for (const round of [0, 1]) {
    db.rounds.start(round, { stage: 'train', teacher: null, startedAtMs: 1 });
    write(folder.student(round), `student ${round}`);
    write(folder.initialStudent(round), 'first');
    write(join(folder.checkpoints(round), 'step-5.checkpoint'), `checkpoint ${round}`);
    const path = folder.stored(folder.student(round));
    db.models.add({ round, role: 'student', path, sha256: hashOf(`student ${round}`), contract: {}, createdAtMs: 1 });
    const checkpoint = { path: folder.stored(join(folder.checkpoints(round), 'step-5.checkpoint')), sha256: hashOf(`checkpoint ${round}`) };
    db.checkpoints.record({ ...checkpoint, round, step: 5, bytes: 1, createdAtMs: 1 });
  }
  write(folder.best, 'student 0');
}

test('the files of the rounds in front of a point are shared, as links, and no others', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    await shareRounds({ db, folder }, { round: 1, stage: 'select' }, to.path);
    await shareBest(db, folder, db.models.all()[0].id, to.path);
    for (const file of [to.student(0), to.initialStudent(0), join(to.checkpoints(0), 'step-5.checkpoint'), to.best])
      assert.ok(existsSync(file), file);
    for (const file of [to.student(1), to.initialStudent(1), to.checkpoints(1)]) assert.ok(!existsSync(file), file);
    assert.equal(statSync(to.student(0)).ino, statSync(folder.student(0)).ino);
    await shareRounds({ db, folder }, { round: 1, stage: 'evaluate' }, to.path);
    assert.ok(existsSync(to.student(1)));
  }));

test('the best model of a fork is a copy: what damages its teacher, in the run or in the fork, leaves it whole', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    await shareRounds({ db, folder }, null, to.path);
    await shareBest(db, folder, db.models.all()[0].id, to.path);
    write(to.student(0), 'half');
    assert.equal(readFileSync(to.best, 'utf8'), 'student 0');
    assert.equal(readFileSync(folder.best, 'utf8'), 'student 0');
  }));

test('what no run writes, and what was not written to its end, stays behind', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    const others = ['models/round-0-notes.txt', 'rounds/round-0-training-set.json.4711.tmp', `models/.round-0-student.onnx.${UUID}.tmp`];
    for (const file of others) write(join(path, file), 'x');
    await shareRounds({ db, folder }, null, to.path);
    assert.deepEqual(
      others.filter((file) => existsSync(join(to.path, file))),
      [],
    );
  }));

test('a damaged checkpoint is left out, a damaged model is refused', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    write(join(folder.checkpoints(1), 'step-5.checkpoint'), 'half');
    await shareRounds({ db, folder }, null, to.path);
    assert.deepEqual(
      [0, 1].map((round) => existsSync(join(to.checkpoints(round), 'step-5.checkpoint'))),
      [true, false],
    );
    write(folder.student(0), 'half');
    await assert.rejects(shareRounds({ db, folder }, null, join(path, 'other')), {
      code: 'DATA_DAMAGED_MODEL',
      message: `Expected ${folder.student(0)} as its run wrote it, but its content is another`,
      hint: 'put the file back from a backup: what was made by it cannot be shared without it',
    });
  }));
