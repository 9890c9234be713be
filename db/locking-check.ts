import { join } from 'node:path';
import { Connection } from './connection.ts';

/** A scratch database that this process has for itself. */
export interface ScratchLock {
  release(): void;
}

/**
 * Takes a scratch database in a folder as a run is taken, to see whether locks work there.
 * @throws SelfpasteError ENVIRONMENT_DATABASE_BUSY where another process has it, ENVIRONMENT_DISK_ERROR where the file system knows no locks
 */
export function takeScratchLock(folder: string): ScratchLock {
  const connection = new Connection(join(folder, 'locking.db'), { readonly: false, timeoutMs: 0 });
  try {
    connection.execute('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    throw error;
  }
  return { release: () => connection.close() };
}

/**
 * Whether a database in a folder can be read while it is written: a write-ahead log, whose index is memory that two connections share.
 * @throws SelfpasteError ENVIRONMENT_* where SQLite finds more than that amiss
 */
export function canReadWhileWriting(folder: string): boolean {
  const path = join(folder, 'log.db');
  const writer = new Connection(path, { readonly: false, timeoutMs: 0 });
  try {
    if (writer.pragma('journal_mode = WAL') !== 'wal') return false;
    writer.execute('CREATE TABLE scratch (value INTEGER NOT NULL) STRICT');
    return writer.transaction(() => {
      writer.run('INSERT INTO scratch VALUES (1)');
      return rowsSeen(path) === 0;
    });
  } finally {
    writer.close();
  }
}

function rowsSeen(path: string): number {
  const reader = new Connection(path, { readonly: true, timeoutMs: 0 });
  try {
    return reader.one<{ rows: number }>('SELECT count(*) AS rows FROM scratch').rows;
  } finally {
    reader.close();
  }
}
