import type { RunDatabase } from './run-database.ts';

/** Moves the write-ahead log into the database and empties it. @returns whether that was possible: not while somebody reads */
export function emptyLog({ connection }: RunDatabase): boolean {
  return connection.pragma('wal_checkpoint(TRUNCATE)') === 0;
}

/** Share of the database's pages that hold nothing, 0..1: they are used again before the file grows. */
export function freeShare({ connection }: RunDatabase): number {
  return Number(connection.pragma('freelist_count')) / Math.max(1, Number(connection.pragma('page_count')));
}

/**
 * Writes the database anew without pages that hold nothing. Takes as much room again while it goes on.
 * @throws SelfpasteError ENVIRONMENT_DISK_FULL, ENVIRONMENT_DATABASE_BUSY; the database is as it was then
 */
export function vacuum({ connection }: RunDatabase): void {
  connection.execute('VACUUM');
}
