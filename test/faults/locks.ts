/** Locks that are dropped, and locks that others hold. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../db/index.ts';
import { type Ended, type Program, signal } from '../small-run.ts';
import { assertExplained, childOf, type Fault, isRunning, killNow, waitOr } from './fault.ts';

/** Somebody deletes the lock file of a run that goes on: another process must not come in all the same. */
export function lockDeletedAfter(ms: number): Fault {
  return {
    name: 'lock file deleted under its owner',
    async strike(bed, run) {
      const folder = bed.folderOf(run);
      const program = bed.goOn(run);
      await atWork(program);
      await waitOr(ms, program);
      // Suspended, so that it is still there when the other comes, however slow that is: it owns the run all the same.
      if (!isRunning(program) || !signal(program.pid, 'SIGSTOP')) return { times: 0, ended: await program.ended };
      rmSync(join(folder, 'lock.db'));
      const second = await bed.resume(run).ended;
      const ended = await killNow(program);
      assertRefused(second, program);
      return { times: 1, ended };
    },
  };
}

/** A process that has children owns its run, and has opened the database. */
const atWork = (program: Program): Promise<number | undefined> => childOf(program, 'processes');

function assertRefused({ code, stderr }: Ended, { pid }: Program): void {
  assert.equal(code, 3, stderr);
  assert.match(stderr, new RegExp(`is owned by process ${pid} on .*\\n.*\\[ENVIRONMENT_RUN_OWNED\\]`));
}

/** Longer than a statement waits for another's write, from the first one on that comes within seconds. */
const HELD_MS = 15_000;

/** Another program writes to the database for longer than a run waits for that: the run ends of it, or had nothing to write then. */
export function databaseHeldAfter(ms: number): Fault {
  return {
    name: 'database locked by another program',
    async strike(bed, run) {
      const program = bed.goOn(run);
      await atWork(program);
      await waitOr(ms, program);
      if (!isRunning(program)) return { times: 0, ended: await program.ended };
      await holdDatabase(join(bed.folderOf(run), 'selfpaste.db'), HELD_MS, program);
      const ended = await program.ended;
      assertExplained(ended, ['ENVIRONMENT_DATABASE_BUSY']);
      return { times: 1, ended };
    },
  };
}

async function holdDatabase(path: string, ms: number, program: Program): Promise<void> {
  const db = openDatabase(path, { mode: 'write' });
  try {
    db.connection.execute('BEGIN IMMEDIATE');
    await waitOr(ms, program);
    db.connection.execute('ROLLBACK');
  } finally {
    db.close();
  }
}
