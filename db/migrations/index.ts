import { dirname } from 'node:path';
import { errorFacts, SelfpasteError } from '../../core/index.ts';
import { APPLICATION_ID } from '../backup-files.ts';
import { backUp } from '../backups.ts';
import type { Connection } from '../connection.ts';
import { initial } from './0001-initial.ts';
import { labels } from './0002-labels.ts';
import { suspicions } from './0003-suspicions.ts';
import { classMetrics } from './0004-class-metrics.ts';
import { notices } from './0005-notices.ts';
import { actionKeys } from './0006-action-keys.ts';
import type { Migration } from './migration.ts';

/** Every step from an empty file to the present, in order. */
export const migrations: readonly Migration[] = [initial, labels, suspicions, classMetrics, notices, actionKeys];

/** The version that this program writes. */
export const LATEST_VERSION = migrations.length;

/**
 * Brings a database to {@link LATEST_VERSION}, all or nothing, after a backup beside it where there is something to lose.
 * @throws SelfpasteError DATA_MIGRATION_FAILED, or as {@link translateError} has them; the backup is named
 */
export function migrate(connection: Connection): void {
  const from = databaseVersion(connection);
  if (from === LATEST_VERSION) return;
  if (from === 0) advance(connection);
  else advanceWithBackup(connection, from);
}

function advanceWithBackup(connection: Connection, from: number): void {
  const backup = backUp(connection, from);
  try {
    advance(connection);
  } catch (error) {
    throw failed(connection, from, backup, error);
  }
}

/** Foreign keys rest meanwhile, as tables that others refer to are made anew (https://sqlite.org/lang_altertable.html), and are checked at the end. */
function advance(connection: Connection): void {
  connection.pragma('foreign_keys = OFF');
  try {
    connection.transaction(() => {
      // Read again under the write lock: another process may have migrated meanwhile.
      for (const { version, sql } of migrations.slice(databaseVersion(connection))) {
        connection.execute(sql);
        connection.pragma(`user_version = ${version}`);
      }
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      requireForeignKeys(connection);
    });
  } finally {
    connection.pragma('foreign_keys = ON');
  }
}

function requireForeignKeys(connection: Connection): void {
  const loose = connection.get<{ table: string; parent: string }>('SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1');
  if (loose) throw new Error(`a row of ${loose.table} names one of ${loose.parent} that is not there`);
}

function failed({ path }: Connection, from: number, backup: string, error: unknown): SelfpasteError {
  const cause = errorFacts(error);
  return new SelfpasteError(
    error instanceof SelfpasteError ? error.code : 'DATA_MIGRATION_FAILED',
    `The database ${path} could not be brought from version ${from} to ${LATEST_VERSION}, and is as it was: ${cause.message}`,
    error instanceof SelfpasteError ? error.hint : `open it with the selfpaste that wrote it, and report this; a backup is ${backup}`,
    error,
  );
}

/** @throws SelfpasteError DATA_NEWER_DATABASE where a newer program wrote the file */
export function refuseNewer(connection: Connection): void {
  const version = databaseVersion(connection);
  if (version <= LATEST_VERSION) return;
  throw new SelfpasteError(
    'DATA_NEWER_DATABASE',
    `Expected a database of version ${LATEST_VERSION} or older for ${connection.path}, got version ${version}: a newer selfpaste wrote it`,
    'update selfpaste to the version that wrote this run, or newer',
  );
}

/** @throws SelfpasteError DATA_OLDER_DATABASE where an older program wrote the file, which only reading does not bring forward */
export function refuseOlder(connection: Connection): void {
  const version = databaseVersion(connection);
  if (version >= LATEST_VERSION) return;
  throw new SelfpasteError(
    'DATA_OLDER_DATABASE',
    `Expected a database of version ${LATEST_VERSION} for ${connection.path}, got version ${version}: an older selfpaste wrote it`,
    `bring it forward, after a backup beside it, with \`selfpaste labels upgrade ${dirname(connection.path)}\``,
  );
}

export const databaseVersion = (connection: Connection): number => connection.pragma('user_version') as number;
