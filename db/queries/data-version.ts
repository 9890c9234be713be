import type { RunDatabase } from '../run-database.ts';

/** Another number whenever another connection has written: what was read before may be out of date. */
export const dataVersion = (db: RunDatabase): number => db.connection.pragma('data_version') as number;
