import { SelfpasteError } from '../../core/index.ts';
import type { Connection } from '../connection.ts';
import { initial } from './0001-initial.ts';
import type { Migration } from './migration.ts';

/** Every step from an empty file to the present, in order. */
export const migrations: readonly Migration[] = [initial];

/** The version that this program writes. */
export const LATEST_VERSION = migrations.length;

/** Marks a file as ours in SQLite's header: "self" in ASCII. */
export const APPLICATION_ID = 0x73656c66;

/** Brings a database to {@link LATEST_VERSION}, all or nothing. */
export function migrate(connection: Connection): void {
  if (databaseVersion(connection) === LATEST_VERSION) return;
  connection.transaction(() => {
    // Read again under the write lock: another process may have migrated meanwhile.
    for (const { version, sql } of migrations.slice(databaseVersion(connection))) {
      connection.execute(sql);
      connection.pragma(`user_version = ${version}`);
    }
    connection.pragma(`application_id = ${APPLICATION_ID}`);
  });
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

export const databaseVersion = (connection: Connection): number => connection.pragma('user_version') as number;
