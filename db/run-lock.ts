import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { Connection } from './connection.ts';
import { translateError } from './sqlite-errors.ts';

/** Held by the one process that owns a run. */
export interface RunLock {
  readonly folder: string;
  release(): void;
}

/** Who owns a run; `since` is ISO 8601. */
export interface RunOwner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

const LOCK_FILE = 'lock.db';
const OWNER_FILE = 'owner.json';

/**
 * Takes the run in a folder for this process. What counts is an exclusive transaction on a small SQLite file, held for as long as the
 * process lives: the operating system lets go of it whatever way the process dies, so no lock is ever stale.
 * @throws SelfpasteError ENVIRONMENT_RUN_OWNED where another process has it, ENVIRONMENT_READ_ONLY, ENVIRONMENT_DISK_FULL
 */
export function acquireRunLock(folder: string): RunLock {
  const connection = openLock(folder);
  try {
    writeOwner(folder);
  } catch (error) {
    connection.close();
    throw translateError(error, folder);
  }
  return {
    folder,
    release() {
      rmSync(join(folder, OWNER_FILE), { force: true });
      connection.close();
    },
  };
}

/** Who last took the run, from the facts beside the lock; undefined where nobody did, or where they released it. */
export function readRunOwner(folder: string): RunOwner | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, OWNER_FILE), 'utf8')) as RunOwner;
  } catch {
    return undefined;
  }
}

function openLock(folder: string): Connection {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw translateError(error, folder);
  }
  const connection = new Connection(join(folder, LOCK_FILE), { readonly: false, timeoutMs: 0 });
  try {
    connection.execute('BEGIN EXCLUSIVE');
    return connection;
  } catch (error) {
    connection.close();
    throw error instanceof SelfpasteError && error.code === 'ENVIRONMENT_DATABASE_BUSY' ? ownedBy(folder, readRunOwner(folder)) : error;
  }
}

function writeOwner(folder: string): void {
  const owner: RunOwner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const temporary = join(folder, `${OWNER_FILE}.${process.pid}`);
  writeFileSync(temporary, `${JSON.stringify(owner)}\n`);
  renameSync(temporary, join(folder, OWNER_FILE));
}

function ownedBy(folder: string, owner: RunOwner | undefined): SelfpasteError {
  const who = owner ? `process ${owner.pid} on ${owner.host} since ${owner.since}` : 'another process';
  const stop = owner ? `stop it with \`kill -INT ${owner.pid}\` on ${owner.host}` : 'stop it';
  return new SelfpasteError(
    'ENVIRONMENT_RUN_OWNED',
    `The run in ${folder} is owned by ${who}`,
    `wait for it to finish, or ${stop}; status and labels can be read meanwhile`,
  );
}
