import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import process from 'node:process';

/** What tells a process from all others, also from a later one that was given its number. */
export interface ProcessFacts {
  readonly pid: number;
  /** When it started, in clock ticks since the machine did; null where there is no /proc. */
  readonly processStart: number | null;
  readonly host: string;
  /** Differs between any two starts of any two machines; null where there is no /proc. */
  readonly bootId: string | null;
}

/** What can be seen of a process from this one; `unseen` where it cannot be told whether it is there. */
export type Presence = 'there' | 'gone' | 'unseen';

export function thisProcess(): ProcessFacts {
  return { pid: process.pid, processStart: statOf(process.pid)?.start ?? null, host: hostname(), bootId: thisBoot() };
}

/** @param silentMs how long ago it gave its last sign of life */
export function presenceOf({ pid, processStart, host, bootId }: ProcessFacts, silentMs: number): Presence {
  if (host !== hostname()) return 'unseen';
  const boot = thisBoot();
  if (bootId === null || boot === null || bootId === boot) return presenceHere(pid, processStart);
  // It was here before this machine started. What gave a sign of life after that is on another machine of the same name.
  return silentMs > uptime() * 1000 ? 'gone' : 'unseen';
}

function presenceHere(pid: number, start: number | null): Presence {
  if (!exists(pid)) return 'gone';
  const now = statOf(pid);
  if (start === null || now === undefined) return 'unseen';
  return now.start === start && !now.dead ? 'there' : 'gone';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const START_FIELD = 22;
const STATE_FIELD = 3;

/** From /proc/PID/stat (proc_pid_stat(5)); the name in field 2 is in parentheses, and may hold blanks and parentheses. */
function statOf(pid: number): { readonly start: number; readonly dead: boolean } | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return { start: Number(fields[START_FIELD - STATE_FIELD]), dead: state === 'Z' || state === 'X' };
}

const thisBoot = (): string | null => textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? null;

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
