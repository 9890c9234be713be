/** Inputs of the tests of the whole: a data set and a configuration of a run that takes seconds, and the program as a child process. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunConfigInput } from '../config/index.ts';
import { generateScenes } from '../dataset/index.ts';
import { openDatabase, type RunDatabase } from '../db/index.ts';

export const SCENES = { seed: 11, labeled: 8, validation: 6, unlabeled: 16, size: { width: 64, height: 64 } } as const;

/** Runs with an empty folder of its own. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-test-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Draws the scenes of every small run into `folder/data`. */
export async function makeScenes(folder: string): Promise<void> {
  await generateScenes(join(folder, 'data'), SCENES);
}

/** Settings of a run of seconds: low thresholds and no brake, because a teacher of twenty steps is sure of nothing. */
export const SMALL: RunConfigInput = {
  name: 'small',
  seed: 5,
  rounds: 1,
  data: {
    labeled: { annotations: 'data/train_labeled.json', images: 'data/images' },
    validation: { annotations: 'data/val.json', images: 'data/images' },
    unlabeled: { images: 'data/images', list: 'data/unlabeled.txt' },
  },
  teacher: { floor: 0.0005, maxDetections: 20, threads: 1 },
  policy: { score: 0.001 },
  brake: { classShare: null, density: null, agreement: null },
  student: { inputSize: 64, prototypes: 4, strides: [4, 8] },
  train: { steps: 20, batchSize: 2, warmupSteps: 2, checkpointSteps: 3, threads: 1 },
  promote: { margin: -1 },
  // A test does not wait for what may pass, and may have a small disk.
  retry: { waits: [] },
  disk: { minFreeMb: 0 },
};

/** Writes a configuration into a folder beside its `data` (JSON is YAML). @returns the file */
export function writeConfig(folder: string, config: unknown = SMALL): string {
  const file = join(folder, 'selfpaste.yaml');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** How a process of the program ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the program that may be watched and killed. */
export interface Program {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

const PROGRAM = fileURLToPath(new URL('./program.js', import.meta.url));

/** @param variables of the environment, beside those of this process */
export function startProgram(args: readonly string[], cwd = process.cwd(), variables: NodeJS.ProcessEnv = {}): Program {
  // A test runner's own settings would make the child report to it.
  const { NODE_TEST_CONTEXT: _context, ...own } = process.env;
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...own, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { process: child, pid: child.pid as number, ended };
}

export const runProgram = (args: readonly string[], cwd?: string): Promise<Ended> => startProgram(args, cwd).ended;

/** The one JSON document on stdout of a command that succeeds. */
export async function programJson<Result>(args: readonly string[], cwd?: string): Promise<Result> {
  const { code, stdout, stderr } = await runProgram(args, cwd);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Result;
}

/** Asserts an ending, and shows what the process said where it is another. */
export function assertEnded(ended: Ended, code: number): void {
  assert.equal(ended.code, code, `exit code ${ended.code} (${ended.signal}) instead of ${code}\n${ended.stdout}\n${ended.stderr}`);
}

/** Looks into a run's database, also while another process writes it. */
export function lookInto<Result>(runFolder: string, look: (db: RunDatabase) => Result): Result {
  const db = openDatabase(join(runFolder, 'selfpaste.db'), { mode: 'read' });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

/** Rows of any table as plain data. */
export const rowsOf = (db: RunDatabase, sql: string): object[] => db.connection.all(sql);

const isZombie = (pid: number): boolean => /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** Whether a process still runs (Linux). */
export function isAlive(pid: number): boolean {
  try {
    return existsSync(`/proc/${pid}/stat`) && !isZombie(pid);
  } catch {
    return false;
  }
}

/** Sends a signal; @returns whether there was still a process to hear it */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** A process's own children whose command line holds a word (Linux). */
export function childrenOf(pid: number, word = ''): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(word));
  } catch {
    return [];
  }
}
