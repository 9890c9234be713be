import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { thisProcess } from './process-facts.ts';
import type { LeaseTimes } from './run-lease.ts';
import type { Lease } from './run-owner.ts';

/** A process that takes a run, does with it what it is told line by line, and answers each with JSON. */
const HOLDER = `
import { createInterface } from 'node:readline';
import { acquireRunLock } from '${new URL('./run-lock.js', import.meta.url)}';
const [folder, times] = process.argv.slice(1);
const told = (work) => {
  try {
    work();
    return null;
  } catch ({ code, message, hint, exitCode, stack }) {
    return { code, message, hint, exitCode, stack };
  }
};
const say = (error) => process.stdout.write(JSON.stringify({ pid: process.pid, error }) + '\\n');
let lock;
say(told(() => { lock = acquireRunLock(folder, JSON.parse(times)); }));
for await (const line of createInterface({ input: process.stdin })) say(told(() => lock[line]()));
`;

interface Answer {
  readonly pid: number;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string; readonly exitCode: number } | null;
}

export interface Holder {
  readonly process: ChildProcess;
  /** What it said of taking the run. */
  readonly taken: Answer;
  tell(what: 'requireHeld' | 'release'): Promise<Answer['error']>;
  kill(): Promise<void>;
}

/** @param under a command that starts the process in other surroundings */
export async function startHolder(t: TestContext, folder: string, times: LeaseTimes, under: readonly string[] = []): Promise<Holder> {
  const [program, ...rest] = [...under, process.execPath, '--input-type=module', '-e', HOLDER, folder, JSON.stringify(times)];
  const child = spawn(program!, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  };
  t.after(kill);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value as string) as Answer;
  const taken = await answer();
  return {
    process: child,
    taken,
    async tell(what) {
      child.stdin.write(`${what}\n`);
      return (await answer()).error;
    },
    kill,
  };
}

/** A command that gives another name to the machine for what it starts; undefined where that is not allowed. */
export function underHost(name: string): readonly string[] | undefined {
  const under = ['unshare', '--user', '--map-root-user', '--uts', 'sh', '-c', `hostname ${name} && exec "$0" "$@"`];
  return spawnSync(under[0]!, [...under.slice(1), 'true']).status === 0 ? under : undefined;
}

export const ownerFileOf = (folder: string): string => join(folder, 'owner.json');

/** Whose file it is now. */
export const leaseIn = (folder: string): Lease => JSON.parse(readFileSync(ownerFileOf(folder), 'utf8'));

/** A lease as a process on another host would write it, if nothing else is said. */
export function leaseOf(facts: Partial<Lease> = {}): Lease {
  return { ...thisProcess(), token: 'of-another', pid: 4711, host: 'elsewhere', since: '2026-01-02T03:04:05.678Z', ...facts };
}

export function writeLease(path: string, lease: Lease, ageMs = 0): void {
  writeFileSync(path, `${JSON.stringify(lease)}\n`);
  const at = new Date(Date.now() - ageMs);
  utimesSync(path, at, at);
}

/** As of a file system whose locks keep nobody out. */
export function deleteLockFile(folder: string): void {
  assert.ok(existsSync(join(folder, 'lock.db')));
  unlinkSync(join(folder, 'lock.db'));
}
