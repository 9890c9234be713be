/** SIGKILL, of a run's own process and of its children. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Rng } from '../../core/index.ts';
import { type CommitPoint, postRequest } from '../../pipeline/index.ts';
import { type Ended, type Program, signal } from '../small-run.ts';
import { assertExplained, childOf, type Fault, isRunning, killNow, waitOr } from './fault.ts';

/** The process that owns the run is killed some time after it started. */
export function killAfter(ms: number): Fault {
  return {
    name: 'orchestrator killed at a random moment',
    async strike(bed, run) {
      const program = bed.goOn(run);
      await waitOr(ms, program);
      const ended = await killNow(program);
      return { times: ended.signal === 'SIGKILL' ? 1 : 0, ended };
    },
  };
}

/** Moments that lie uniformly over a run, each as the life of one process that goes on where the one before left the run. */
export function killsOver(chance: Rng, count: number, runMs: number, startMs: number): Fault[] {
  const times = Array.from({ length: count }, () => chance.uniform(0, runMs)).sort((a, b) => a - b);
  // Some of them are killed while they start.
  return times.map((time, at) => killAfter(time - (times[at - 1] ?? 0) + (chance.chance(0.75) ? startMs : 0)));
}

/** The process that comes by a commit point is killed in its n-th pass: the run's own, or its trainer, again and again. */
export function killAtPoint(point: CommitPoint, pass: number): Fault {
  return {
    name: `killed at ${point}`,
    async strike(bed, run) {
      const program = bed.goOn(run, { SELFPASTE_KILL_AT: `${point}:${pass}` });
      if (point === 'request-taken') await postUntilEnded(bed.folderOf(run), program);
      const ended = await program.ended;
      assertExplained(ended, ['ENVIRONMENT_CHILD_DIED']);
      return { times: ended.signal === 'SIGKILL' ? 1 : childDeaths(ended), ended };
    },
  };
}

/** A request that changes nothing. */
async function postUntilEnded(run: string, program: Program): Promise<void> {
  while (isRunning(program)) {
    await postRequest(run, 'go-on', 'the test');
    await pause(300);
  }
}

/** Children are killed, each so long after the last one; their owner goes on by itself, or gives up where too many died. */
export function killChildren(child: 'labeler' | 'trainer', waitsMs: readonly number[]): Fault {
  return {
    name: `${child} killed at a random moment`,
    async strike(bed, run) {
      const program = bed.goOn(run);
      let times = 0;
      for (const ms of waitsMs) {
        await waitOr(ms, program);
        const victim = await childOf(program, child);
        if (victim === undefined) break;
        if (signal(victim, 'SIGKILL')) times++;
      }
      const ended = await program.ended;
      assertExplained(ended, ['ENVIRONMENT_CHILD_DIED']);
      return { times, ended };
    },
  };
}

const childDeaths = ({ stderr }: Ended): number => stderr.match(/process \d+ ended unexpectedly \(SIGKILL\)/g)?.length ?? 0;
