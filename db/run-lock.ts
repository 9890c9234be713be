import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './run-heartbeat.ts';
import { claimLease, endLease, LEASE_TIMES, type LeaseTimes, newLease, readOwner } from './run-lease.ts';
import { type Lease, ownedBy, type RunOwner } from './run-owner.ts';
import { translateError } from './sqlite-errors.ts';

export type { RunOwner } from './run-owner.ts';

/** Held by the one process that owns a run. */
export interface RunLock {
  readonly folder: string;
  /**
   * To be called before anything that only the owner may do; takes microseconds, and a look at one small file where the last sign of life
   * was long ago, as after the process was suspended.
   * @throws SelfpasteError ENVIRONMENT_RUN_TAKEN_OVER where another process has the run now, ENVIRONMENT_RUN_OUT_OF_REACH where that can
   * not be told and the lease has ended
   */
  requireHeld(): void;
  /** Never throws. Leaves a run alone that another process has taken over. */
  release(): void;
}

const LOCK_FILE = 'lock.db';

/**
 * Takes the run in a folder for this process, by two things that must both be had.
 *
 * An exclusive transaction on a small SQLite file, held for as long as the process lives: the operating system lets go of it whatever way
 * the process dies. And a lease, `owner.json`, for file systems whose locks do not reach other hosts, and for a lock file that somebody
 * deletes: it says which process the owner is, and the owner renews it, which is its sign of life.
 *
 * On one host a process owns the run for as long as it is there, also while it is suspended, and loses it the moment it dies. From
 * another host it cannot be seen whether it is there, so there its lease counts. An owner that was silent for that long and wakes is told
 * by {@link RunLock.requireHeld}; two that work beside each other do so for a third of a lease at most.
 * @throws SelfpasteError ENVIRONMENT_RUN_OWNED where another process has it, ENVIRONMENT_READ_ONLY, ENVIRONMENT_DISK_FULL
 */
export function acquireRunLock(folder: string, times: LeaseTimes = LEASE_TIMES): RunLock {
  const connection = openLock(folder, times);
  try {
    const lease = newLease();
    claimLease(folder, lease, times.leaseMs);
    return holding(folder, lease, connection, times);
  } catch (error) {
    connection.close();
    throw translateError(error, folder);
  }
}

/** Who last took the run; undefined where nobody did, or where they released it. */
export function readRunOwner(folder: string, { leaseMs }: LeaseTimes = LEASE_TIMES): RunOwner | undefined {
  try {
    return readOwner(folder, leaseMs);
  } catch {
    return undefined;
  }
}

function openLock(folder: string, times: LeaseTimes): Connection {
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
    const owned = error instanceof SelfpasteError && error.code === 'ENVIRONMENT_DATABASE_BUSY';
    throw owned ? ownedBy(folder, readRunOwner(folder, times)) : error;
  }
}

function holding(folder: string, lease: Lease, connection: Connection, { beatMs, leaseMs }: LeaseTimes): RunLock {
  const heartbeat = new Heartbeat(folder, lease, leaseMs);
  const timer = setInterval(() => heartbeat.beat(), beatMs).unref();
  return {
    folder,
    requireHeld: () => heartbeat.requireHeld(),
    release() {
      clearInterval(timer);
      endLease(folder, lease);
      connection.close();
    },
  };
}
