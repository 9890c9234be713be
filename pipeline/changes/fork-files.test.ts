import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { type RunFolder, runFolder } from '../run-folder.ts';
import { withDatabase } from '../test-data.ts';
import { shareBest, shareFiles } from './fork-files.ts';

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
    write(join(folder.checkpoints(round), 'step-5'), `checkpoint ${round}`);
    const path = folder.stored(folder.student(round));
    db.models.add({ round, role: 'student', path, sha256: hashOf(`student ${round}`), contract: {}, createdAtMs: 1 });
    const checkpoint = { path: folder.stored(join(folder.checkpoints(round), 'step-5')), sha256: hashOf(`checkpoint ${round}`) };
    db.checkpoints.record({ ...checkpoint, round, step: 5, bytes: 1, createdAtMs: 1 });
  }
  write(folder.best, 'student 0');
}

test('the files of the rounds in front of a point are shared, as links, and no others', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    await shareFiles({ db, folder }, { round: 1, stage: 'select' }, to.path);
    await shareBest(db, folder, db.models.all()[0].id, to.path);
    for (const file of [to.student(0), to.initialStudent(0), join(to.checkpoints(0), 'step-5'), to.best]) assert.ok(existsSync(file), file);
    for (const file of [to.student(1), to.initialStudent(1), to.checkpoints(1)]) assert.ok(!existsSync(file), file);
    assert.equal(statSync(to.student(0)).ino, statSync(folder.student(0)).ino);
    await shareFiles({ db, folder }, { round: 1, stage: 'evaluate' }, to.path);
    assert.ok(existsSync(to.student(1)));
  }));

test('a damaged checkpoint is left out, a damaged model is refused', () =>
  withDatabase(async (db, path) => {
    const [folder, to] = [runFolder(path), runFolder(join(path, 'fork'))];
    twoRounds(db, folder);
    write(join(folder.checkpoints(1), 'step-5'), 'half');
    await shareFiles({ db, folder }, null, to.path);
    assert.deepEqual(
      [0, 1].map((round) => existsSync(join(to.checkpoints(round), 'step-5'))),
      [true, false],
    );
    write(folder.student(0), 'half');
    await assert.rejects(shareFiles({ db, folder }, null, join(path, 'other')), {
      code: 'DATA_DAMAGED_MODEL',
      message: `Expected ${folder.student(0)} as its run wrote it, but its content is another`,
      hint: 'put the file back from a backup: what was made by it cannot be shared without it',
    });
  }));
