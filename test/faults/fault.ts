import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { childrenOf, type Ended, type Program } from '../small-run.ts';
import type { FaultBed } from './fault-bed.ts';

/** Something that happens to a run, once. It finds the run standing still, and leaves it so, whole enough to be resumed. */
export interface Fault {
  readonly name: string;
  readonly strike: (bed: FaultBed, run: string) => Promise<Struck>;
}

/** What came of it. */
export interface Struck {
  /** How often it happened; 0 where the run was not, or no longer, where it could. */
  readonly times: number;
  /** How the run's last process ended; null where none was started. */
  readonly ended: Ended | null;
}

export const isRunning = ({ process }: Program): boolean => process.exitCode === null && process.signalCode === null;

/** Waits, or until a process ends. */
export const waitOr = async (ms: number, program: Program): Promise<void> => {
  await Promise.race([pause(ms), program.ended]);
};

/** A child whose command line holds a word, as soon as there is one; undefined where the run ends before. */
export async function childOf(program: Program, word: string): Promise<number | undefined> {
  while (isRunning(program)) {
    const [child] = childrenOf(program.pid, word);
    if (child !== undefined) return child;
    await pause(5);
  }
  return undefined;
}

/** Ends a run's own process at once. */
export function killNow(program: Program): Promise<Ended> {
  program.process.kill('SIGKILL');
  return program.ended;
}

/** That a process came to the end of the run, or to an error that its user can act on; never to a defect. */
export function assertExplained({ code, signal: by, stderr, stdout }: Ended, codes: readonly string[]): void {
  const said = /\[([A-Z_]+)\]\n?$/.exec(stderr)?.[1] ?? '';
  const isExplained = code === 0 || by === 'SIGKILL' || (code === 3 && codes.includes(said));
  assert.ok(isExplained, `ended with ${code} (${by}) ${said} instead of one of ${codes}\n${stdout}\n${stderr}`);
}
