import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runFolder } from '../run-folder.ts';
import { withDatabase } from '../test-data.ts';
import { garbageOf, needFacts } from './garbage.ts';
import { removeFinishedCheckpoints, removeGarbage } from './remove-garbage.ts';
import { runFile } from './run-file.ts';
import { runFiles } from './run-files.ts';
import { FOR_PEOPLE, fillRunFolder, NEEDED, recordCheckpoint, UNNEEDED } from './test-run-folder.ts';

const sorted = (paths: readonly string[]): string[] => [...paths].sort();

describe('garbage', () => {
  it('is what the run does not need; with all, also what is kept for people', () =>
    withDatabase(async (db, folder) => {
      fillRunFolder(db);
      const files = await runFiles(folder);
      const pathsOf = (scope: 'unneeded' | 'all') => garbageOf(needFacts(db), files, scope).map(({ path }) => path);
      assert.deepEqual(pathsOf('unneeded'), sorted(UNNEEDED));
      assert.deepEqual(pathsOf('all'), sorted([...UNNEEDED, ...FOR_PEOPLE]));
    }));

  it('says why', () =>
    withDatabase(async (db, folder) => {
      fillRunFolder(db);
      const why = new Map(garbageOf(needFacts(db), await runFiles(folder), 'all').map((file) => [file.path, file.why]));
      assert.equal(why.get('checkpoints/round-0/step-0000200.checkpoint'), 'its round is finished: a resumed run trains later ones');
      assert.equal(
        why.get('checkpoints/round-1/step-0000137.checkpoint'),
        'the database does not know it: the run died before it was recorded',
      );
      assert.equal(why.get('models/round-0-interim.onnx'), 'its round is finished and has its student');
      assert.equal(why.get('selfpaste.v1.backup.db'), 'the database of an older version: kept to go back to');
    }));

  it('never holds a file whose name no run writes, nor what draws pictures again', () => {
    const name = fc.stringMatching(/^[\w.-]{1,20}$/);
    const folder = fc.constantFrom('', 'models/', 'checkpoints/round-0/', 'rounds/', 'logs/');
    fc.assert(
      fc.property(folder, name, fc.constantFrom('unneeded' as const, 'all' as const), (below, base, scope) => {
        const file = runFile(below + base, 1);
        const facts = { finished: new Set([0, 1, 2]), checkpoints: new Set<string>() };
        const kept = file.role === 'foreign' || file.role === 'initial' || file.role === 'training-set' || file.role === 'student';
        return !kept || garbageOf(facts, [file], scope).length === 0;
      }),
    );
  });
});

describe('removing garbage', () => {
  it('takes the files, the rows and the folders that are empty then, and nothing else', () =>
    withDatabase(async (db, folder) => {
      fillRunFolder(db);
      const run = { db, folder: runFolder(folder) };
      await removeGarbage(run, garbageOf(needFacts(db), await runFiles(folder), 'all'));
      const left = (await runFiles(folder)).filter(({ role }) => role !== 'database').map(({ path }) => path);
      assert.deepEqual(left, sorted(NEEDED));
      assert.deepEqual([db.checkpoints.ofRound(0).length, db.checkpoints.ofRound(1).length], [0, 1]);
      assert.ok(!existsSync(join(folder, 'checkpoints/round-0')));
    }));

  it("at a round's end takes its checkpoints, and leaves what people may look at", () =>
    withDatabase(async (db, folder) => {
      fillRunFolder(db);
      await removeFinishedCheckpoints({ db, folder: runFolder(folder) });
      const left = (await runFiles(folder, 'checkpoints')).map(({ path }) => path);
      assert.deepEqual(left, [
        'checkpoints/round-0/failed-batch-step-7.json',
        'checkpoints/round-0/failed-step-7.checkpoint',
        'checkpoints/round-1/failed-batch-step-7.json',
        'checkpoints/round-1/step-0000200.checkpoint',
      ]);
    }));

  const known = 'checkpoints/round-0/step-0000200.checkpoint';
  const moments = {
    'after the file, before the row': (_forget: () => void, unlink: () => void) => unlink(),
    'after the row, before the file, as earlier versions did it': (forget: () => void) => forget(),
  };
  for (const [moment, kill] of Object.entries(moments))
    it(`that was killed ${moment}, is finished by the next`, () =>
      withDatabase(async (db, folder) => {
        fillRunFolder(db);
        kill(
          () => db.checkpoints.remove(0, 200),
          () => rmSync(join(folder, known)),
        );
        await removeFinishedCheckpoints({ db, folder: runFolder(folder) });
        assert.equal(db.checkpoints.ofRound(0).length, 0);
        assert.deepEqual(
          (await runFiles(folder, 'checkpoints')).filter(({ role, round }) => role === 'checkpoint' && round === 0),
          [],
        );
      }));

  it('does nothing where nothing is to do, and twice is once', () =>
    withDatabase(async (db, folder) => {
      const run = { db, folder: runFolder(folder) };
      await removeFinishedCheckpoints(run);
      fillRunFolder(db);
      await removeFinishedCheckpoints(run);
      recordCheckpoint(db, 0);
      await removeFinishedCheckpoints(run);
      assert.equal(db.checkpoints.ofRound(0).length, 0);
    }));
});
