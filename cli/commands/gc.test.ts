import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { acquireRunLock, openDatabase } from '../../db/index.ts';
import { FOR_PEOPLE, fillRunFolder, NEEDED, UNNEEDED } from '../../pipeline/garbage/test-run-folder.ts';
import { type ProgramThread, programThread } from '../../test/program-threads.ts';
import { assertEnded } from '../../test/small-run.ts';

interface Report {
  readonly dryRun: boolean;
  readonly garbage: readonly { readonly path: string; readonly why: string }[];
  readonly kept: readonly { readonly kind: string; readonly files: number }[];
  readonly foreign: readonly { readonly path: string }[];
  readonly compaction: { readonly rewritten: boolean; readonly bytesBefore: number; readonly bytesAfter: number } | null;
}

const sorted = (paths: readonly string[]): string[] => [...paths].sort();

describe('selfpaste gc', () => {
  let program: ProgramThread;
  let run: string;
  before(() => {
    program = programThread();
  });
  after(() => program.stop());
  beforeEach(() => {
    run = mkdtempSync(join(tmpdir(), 'selfpaste-gc-'));
    const db = openDatabase(join(run, 'selfpaste.db'), { mode: 'create' });
    fillRunFolder(db);
    db.close();
  });
  afterEach(() => rmSync(run, { recursive: true, force: true }));

  const there = (paths: readonly string[]): string[] => paths.filter((path) => existsSync(join(run, path)));
  const gc = async (...more: string[]): Promise<Report> => {
    const ended = await program.run(['gc', run, '--json', ...more]);
    assertEnded(ended, 0);
    return JSON.parse(ended.stdout) as Report;
  };

  it('tells what would go, and removes nothing', async () => {
    const { garbage, foreign, dryRun } = await gc('--dry-run', '--all');
    assert.deepEqual([sorted(garbage.map(({ path }) => path)), dryRun], [sorted([...UNNEEDED, ...FOR_PEOPLE]), true]);
    assert.deepEqual(
      foreign.map(({ path }) => path),
      ['notes.txt'],
    );
    assert.deepEqual(there([...NEEDED, ...UNNEEDED, ...FOR_PEOPLE]), [...NEEDED, ...UNNEEDED, ...FOR_PEOPLE]);
    assert.ok(!existsSync(join(run, 'lock.db')));
  });

  it('removes that, and keeps what is for people unless told otherwise', async () => {
    const { garbage, kept } = await gc();
    assert.deepEqual(sorted(garbage.map(({ path }) => path)), sorted(UNNEEDED));
    assert.deepEqual(there([...NEEDED, ...UNNEEDED, ...FOR_PEOPLE]), [...NEEDED, ...FOR_PEOPLE]);
    assert.deepEqual(kept.find(({ kind }) => kind === 'checkpoints')?.files, 1);
    await gc('--all');
    assert.deepEqual(there([...NEEDED, ...UNNEEDED, ...FOR_PEOPLE]), [...NEEDED]);
    assert.deepEqual((await gc('--all')).garbage, []);
  });

  it('says it to people', async () => {
    const { stdout } = await program.run(['gc', run]);
    assert.match(stdout, /^models\/round-0-interim\.onnx +1\.0 KB {2}its round is finished and has its student$/m);
    assert.match(stdout, /^6 file\(s\), 6\.0 KB removed$/m);
    assert.match(stdout, /^models +7 {2}7\.0 KB$/m);
    assert.match(stdout, /^1 file\(s\) have names that no run writes: they are never touched$/m);
    assert.match((await program.run(['gc', run, '--dry-run'])).stdout, /^nothing to remove$/m);
  });

  it('writes a database anew of which much holds nothing, and only then', async () => {
    const db = openDatabase(join(run, 'selfpaste.db'), { mode: 'write' });
    for (let at = 0; at < 500; at++) db.events.add({ atMs: at, round: null, kind: 'note', data: 'x'.repeat(4000) });
    db.connection.execute('DELETE FROM events');
    db.close();
    const { compaction } = await gc('--vacuum');
    assert.ok(compaction?.rewritten && compaction.bytesAfter < compaction.bytesBefore / 2, JSON.stringify(compaction));
    assert.equal((await gc('--vacuum')).compaction?.rewritten, false);
    assert.equal((await gc()).compaction, null);
  });

  it('leaves a run alone that goes on, but looks at it', async () => {
    const lock = acquireRunLock(run);
    try {
      const ended = await program.run(['gc', run]);
      assertEnded(ended, 3);
      assert.match(ended.stderr, /\[ENVIRONMENT_RUN_OWNED\]/);
      assert.deepEqual(there(UNNEEDED), [...UNNEEDED]);
      assert.equal((await gc('--dry-run')).garbage.length, UNNEEDED.length);
    } finally {
      lock.release();
    }
  });
});
