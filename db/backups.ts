import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SelfpasteError } from '../core/index.ts';
import { appear, appearNow, backupPath } from './backup-files.ts';
import { Connection } from './connection.ts';
import type { RunDatabase } from './run-database.ts';
import { translateError } from './sqlite-errors.ts';

/** Copies a database beside itself before a migration, in place of an earlier copy of the same version. @returns where it is */
export function backUp(connection: Connection, version: number): string {
  const target = backupPath(connection.path, version);
  appearNow(target, (temporary) => connection.run('VACUUM INTO ?', [temporary]));
  return target;
}

/**
 * One self-contained copy of what is committed now, by SQLite's online backup: also while another process writes.
 * It appears whole or not at all, and needs no other file beside it.
 * @throws SelfpasteError USAGE_FILE_EXISTS, ENVIRONMENT_DISK_FULL, ENVIRONMENT_READ_ONLY
 */
export async function snapshotDatabase(db: RunDatabase, target: string): Promise<void> {
  if (existsSync(target)) throw fileExists(target);
  try {
    mkdirSync(dirname(target), { recursive: true });
    await appear(target, async (temporary) => {
      await db.connection.backup(temporary);
      leaveLog(temporary);
    });
  } catch (error) {
    throw translateError(error, target);
  }
}

/** A copy of a database with a write-ahead log would ask for its own: a reader without the right to write could not open it. */
function leaveLog(path: string): void {
  const copy = new Connection(path, { readonly: false, timeoutMs: 0 });
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
}

function fileExists(target: string): SelfpasteError {
  return new SelfpasteError('USAGE_FILE_EXISTS', `Expected no file yet at ${target}`, 'name another file, or move that one away');
}
