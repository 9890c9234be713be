import type { Connection } from './connection.ts';

/** A persisted state of the machine, as JSON data, and the version of the machine that wrote it. */
export interface SnapshotRow {
  readonly atMs: number;
  readonly machineVersion: number;
  readonly state: unknown;
}

/** Older ones tell nothing that the events do not. */
const KEPT = 20;

/** The machine's snapshots. */
export class Snapshots {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds a snapshot and forgets all but the newest 20. Call it in the transaction of the rows it speaks of. */
  add({ atMs, machineVersion, state }: SnapshotRow): void {
    this.#connection.transaction(() => {
      const { id } = this.#connection.run('INSERT INTO snapshots (at_ms, machine_version, state) VALUES (?, ?, ?)', [
        atMs,
        machineVersion,
        JSON.stringify(state),
      ]);
      this.#connection.run('DELETE FROM snapshots WHERE id <= ?', [id - KEPT]);
    });
  }

  latest(): SnapshotRow | undefined {
    const row = this.#connection.get<SnapshotRow & { state: string }>(
      'SELECT at_ms AS atMs, machine_version AS machineVersion, state FROM snapshots ORDER BY id DESC LIMIT 1',
    );
    return row && { ...row, state: JSON.parse(row.state) };
  }
}
