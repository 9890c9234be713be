import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { APPLICATION_ID } from './backup-files.ts';
import { Connection } from './connection.ts';
import { migrate, refuseNewer, refuseOlder } from './migrations/index.ts';
import { RunDatabase } from './run-database.ts';
import { noDatabase, translateError } from './sqlite-errors.ts';

/**
 * `create` makes a new database; `upgrade` goes on with one, and brings it to the newest version: only who owns the run may do that;
 * `write` goes on with one of the newest version; `read` looks on, also while a run writes.
 */
export type OpenMode = 'create' | 'upgrade' | 'write' | 'read';

/** How long a statement waits for another process's write, in ms. */
const BUSY_TIMEOUT_MS = 5000;
const CACHE_KIB = 65_536;
/** 32 MB of log: rows arrive in the order of images but are indexed by score, so a longer log writes the same index pages fewer times. */
const CHECKPOINT_PAGES = 8000;

/**
 * Opens a run's database: WAL, so that readers and the one writer do not wait for each other.
 * @throws SelfpasteError DATA_NO_DATABASE (missing, or another kind of file), DATA_DATABASE_EXISTS (create), DATA_CORRUPT_DATABASE,
 * DATA_NEWER_DATABASE, DATA_OLDER_DATABASE (write, read), DATA_MIGRATION_FAILED, ENVIRONMENT_READ_ONLY, ENVIRONMENT_DISK_FULL, ENVIRONMENT_DATABASE_BUSY
 */
export function openDatabase(path: string, options: { readonly mode: OpenMode }): RunDatabase {
  const { mode } = options;
  if (mode === 'create') makeRoom(path);
  else requireDatabase(path);
  const connection = new Connection(path, { readonly: mode === 'read', timeoutMs: BUSY_TIMEOUT_MS });
  try {
    prepare(connection, mode);
    return new RunDatabase(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** @throws SelfpasteError DATA_NO_DATABASE where there is no file at all */
export function requireDatabase(path: string): void {
  if (!existsSync(path)) throw noDatabase(path, 'there is no such file');
  if (!statSync(path).isFile()) throw noDatabase(path, 'it is not a file');
}

function prepare(connection: Connection, mode: OpenMode): void {
  if (mode === 'create') refuseUsed(connection);
  else requireOurs(connection);
  refuseNewer(connection);
  if (mode === 'read' || mode === 'write') refuseOlder(connection);
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  connection.pragma('foreign_keys = ON');
  if (mode === 'read') return;
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  if (mode !== 'write') migrate(connection);
}

function requireOurs(connection: Connection): void {
  const mark = connection.pragma('application_id');
  if (mark === 0 && statSync(connection.path).size === 0) throw noDatabase(connection.path, 'it is empty');
  if (mark !== APPLICATION_ID) throw noDatabase(connection.path, 'it is an SQLite database of another program');
}

/** An empty file is welcome: a run that died before its first commit left it. */
function refuseUsed(connection: Connection): void {
  const { tables } = connection.one<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_schema');
  if (tables === 0) return;
  throw new SelfpasteError(
    'DATA_DATABASE_EXISTS',
    `Expected no database yet at ${connection.path}, got one with ${tables} tables and indexes`,
    'resume this run with `selfpaste resume`, or start one under another name',
  );
}

function makeRoom(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw translateError(error, path);
  }
}
