import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { APPLICATION_ID, appearNow, backupsBeside } from './backup-files.ts';
import { Connection } from './connection.ts';
import { acquireRunLock } from './run-lock.ts';
import { noDatabase, translateError } from './sqlite-errors.ts';

/** What was restored. */
export interface Restored {
  /** The copy that the database is now. */
  readonly from: string;
  /** Where the damaged database is kept; null where there was none. */
  readonly damaged: string | null;
}

/**
 * Puts the newest whole copy beside a damaged or missing database in its place, and keeps the damaged one, and its log, under another name.
 * When it is interrupted, it can be called again.
 * @throws SelfpasteError USAGE_DATABASE_WHOLE (nothing to restore), DATA_NO_BACKUP, ENVIRONMENT_RUN_OWNED; or, where it cannot be told
 * which file is whole, ENVIRONMENT_UNREADABLE_DATABASE, ENVIRONMENT_DATABASE_BUSY, ENVIRONMENT_DISK_ERROR
 */
export function restoreDatabase(path: string): Restored {
  if (!existsSync(dirname(path))) throw noDatabase(path, 'there is no such file');
  const lock = acquireRunLock(dirname(path));
  try {
    return restore(path);
  } catch (error) {
    throw translateError(error, path);
  } finally {
    lock.release();
  }
}

function restore(path: string): Restored {
  const missing = !existsSync(path);
  if (!missing && isWhole(path)) throw databaseWhole(path);
  const found = backupsBeside(path).find((backup) => isWhole(backup.path));
  if (!found) throw noBackup(path);
  const aside = freeName(path);
  appearNow(path, (temporary) => {
    copyFileSync(found.path, temporary);
    setAside(path, aside);
  });
  return { from: found.path, damaged: missing ? null : aside };
}

/** A database may have a log and its index beside it. */
const ENDS = ['-wal', '-shm', ''] as const;

/** With the log, also where nothing else is left: beside the copy, SQLite would take it for that of the copy. */
function setAside(path: string, aside: string): void {
  for (const end of ENDS) if (existsSync(path + end)) renameSync(path + end, aside + end);
}

function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const name = `${path}.damaged-${number}`;
    if (!ENDS.some((end) => existsSync(name + end))) return name;
  }
}

const DAMAGED: ReadonlySet<string> = new Set(['DATA_CORRUPT_DATABASE', 'DATA_NO_DATABASE']);

/**
 * Whether it is a run's database, and SQLite finds nothing wrong in any of its pages; an empty file is none.
 * @throws SelfpasteError where that cannot be told, as of a file that is locked or that may not be read
 */
function isWhole(path: string): boolean {
  try {
    const connection = new Connection(path, { readonly: true, timeoutMs: 0 });
    try {
      return connection.pragma('application_id') === APPLICATION_ID && connection.pragma('integrity_check') === 'ok';
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof SelfpasteError && DAMAGED.has(error.code)) return false;
    throw error;
  }
}

function databaseWhole(path: string): SelfpasteError {
  return new SelfpasteError(
    'USAGE_DATABASE_WHOLE',
    `Expected a damaged database at ${path}, got one that is whole`,
    'go on with it; to return to an earlier copy all the same, move it away first',
  );
}

function noBackup(path: string): SelfpasteError {
  return new SelfpasteError(
    'DATA_NO_BACKUP',
    `Expected a whole copy of the database beside ${path}, got none`,
    'put a snapshot or a backup of it into that folder, or rescue what is left with `sqlite3 selfpaste.db .recover` and start a new run',
  );
}
