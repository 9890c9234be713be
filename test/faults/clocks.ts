/** Time that does not pass, or passes backwards. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../db/index.ts';
import { signal } from '../small-run.ts';
import { assertExplained, childOf, type Fault, isRunning, killNow, waitOr } from './fault.ts';

/** A process is suspended for a while; the run goes on as if nothing had been, and is killed some time later. */
export function suspended(who: 'orchestrator' | 'labeler' | 'trainer', afterMs: number, forMs: number): Fault {
  return {
    name: `${who} suspended`,
    async strike(bed, run) {
      const program = bed.goOn(run);
      await waitOr(afterMs, program);
      const pid = who === 'orchestrator' ? program.pid : await childOf(program, who);
      if (pid === undefined || !isRunning(program) || !signal(pid, 'SIGSTOP')) return { times: 0, ended: await program.ended };
      await pause(forMs);
      signal(pid, 'SIGCONT');
      await waitOr(forMs, program);
      const ended = await killNow(program);
      assertExplained(ended, []);
      return { times: 1, ended };
    },
  };
}

const WAIT_MS = 300;
const DAY_MS = 86_400_000;

/** The clock is set back by a day while a run waits before it tries a stage again: it must not wait for a day. */
export function clockSetBack(): Fault {
  return {
    name: 'clock set back during a wait',
    async strike(bed, run) {
      if (!bed.hasBegun(run)) return { times: 0, ended: null };
      const db = openDatabase(join(bed.folderOf(run), 'selfpaste.db'), { mode: 'write' });
      try {
        const saved = db.snapshots.latest();
        const state = saved?.state as { value: string; context: object } | undefined;
        if (state === undefined || state.value === 'finished') return { times: 0, ended: null };
        const failure = { code: 'ENVIRONMENT_CHILD_DIED', message: 'The trainer process 1 ended', hint: 'go on' };
        const retry = { failures: 1, waitMs: WAIT_MS, dueMs: Date.now() + DAY_MS, failure };
        db.snapshots.add({ ...saved!, state: { value: 'waiting', context: { ...state.context, retry } } });
        return { times: 1, ended: null };
      } finally {
        db.close();
      }
    },
  };
}
