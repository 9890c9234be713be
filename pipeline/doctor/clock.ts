import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Finding, ok, warning } from './finding.ts';

/** Both clocks of the machine at one moment: the one of the calendar, and the one that only goes forward. */
export interface ClockReading {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export const readClocks = (): ClockReading => ({ wallMs: Date.now(), steadyMs: performance.now() });

export interface ClockFacts {
  readonly before: ClockReading;
  readonly after: ClockReading;
  readonly timeZone: string;
  /** How far the clock of the file system is ahead; null where nothing could be written. */
  readonly filesAheadMs: number | null;
  /** Null where the system does not say. */
  readonly synchronized: boolean | null;
}

const SYNCHRONIZE = 'sudo timedatectl set-ntp true';

export function judgeClock(facts: ClockFacts): readonly Finding[] {
  const { before, after, filesAheadMs } = facts;
  const jumpMs = after.wallMs - before.wallMs - (after.steadyMs - before.steadyMs);
  return [time(facts), jump(jumpMs), ...(filesAheadMs === null ? [] : [fileClock(filesAheadMs)]), synchronization(facts)];
}

/** This program is no older, and will hardly be so old. */
const PLAUSIBLE_YEARS = { from: 2025, to: 2099 };

function time({ after, timeZone }: ClockFacts): Finding {
  const [id, part] = ['clock.time', 'time'] as const;
  const year = new Date(after.wallMs).getUTCFullYear();
  const detail = `${new Date(after.wallMs).toISOString()}, time zone ${timeZone}`;
  if (year >= PLAUSIBLE_YEARS.from && year <= PLAUSIBLE_YEARS.to) return ok(id, part, detail);
  return warning(id, part, `${detail}: that year is not plausible, and the times in the database would be wrong`, SYNCHRONIZE);
}

const LARGE_JUMP_MS = 500;

function jump(jumpMs: number): Finding {
  const [id, part] = ['clock.steady', 'steadiness'] as const;
  if (Math.abs(jumpMs) <= LARGE_JUMP_MS)
    return ok(id, part, `within ${Math.ceil(Math.abs(jumpMs))} ms of the steady clock during this check`);
  const detail = `the clock was set ${jumpMs > 0 ? 'forward' : 'back'} by ${inSeconds(jumpMs)} during this check: rates and waits would be wrong`;
  return warning(id, part, detail, SYNCHRONIZE);
}

const LARGE_SKEW_MS = 2000;

function fileClock(aheadMs: number): Finding {
  const [id, part] = ['clock.files', 'clock of the file system'] as const;
  if (Math.abs(aheadMs) <= LARGE_SKEW_MS) return ok(id, part, "agrees with this machine's");
  const detail = `${inSeconds(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's: the age of files says nothing`;
  return warning(id, part, detail, SYNCHRONIZE);
}

const inSeconds = (ms: number): string => `${(Math.abs(ms) / 1000).toFixed(1)} s`;

function synchronization({ synchronized }: ClockFacts): Finding {
  const [id, part] = ['clock.synchronized', 'synchronization'] as const;
  if (synchronized === null) return ok(id, part, 'not known: timedatectl does not say');
  if (synchronized) return ok(id, part, 'the clock follows a time server');
  return warning(id, part, 'the clock follows no time server', SYNCHRONIZE);
}

/** @param before as read when the check began */
export async function checkClock(before: ClockReading, filesAheadMs: number | null): Promise<readonly Finding[]> {
  const synchronized = await isSynchronized();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return judgeClock({ before, after: readClocks(), timeZone, filesAheadMs, synchronized });
}

async function isSynchronized(): Promise<boolean | null> {
  try {
    const { stdout } = await promisify(execFile)('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: 3000 });
    const said = stdout.trim();
    return said === 'yes' || said === 'no' ? said === 'yes' : null;
  } catch {
    return null;
  }
}
