import type { Connection } from './connection.ts';
import type { Subset } from './images.ts';

/** A file that could not be used, and why. `reason` is a short word to group by, `detail` a sentence. */
export interface QuarantinedFile {
  readonly subset: Subset;
  readonly path: string;
  readonly fileName: string;
  readonly reason: string;
  readonly detail: string;
  readonly atMs: number;
}

/** Files that a run goes on without. */
export class Quarantine {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sets a file aside; the same file again replaces what was said of it. */
  add(file: QuarantinedFile): void {
    this.#connection.run(
      `INSERT OR REPLACE INTO quarantine (subset, path, file_name, reason, detail, at_ms)
       VALUES (:subset, :path, :fileName, :reason, :detail, :atMs)`,
      { ...file },
    );
  }

  /** By subset and path. */
  all(): QuarantinedFile[] {
    return this.#connection.all<QuarantinedFile>(
      'SELECT subset, path, file_name AS fileName, reason, detail, at_ms AS atMs FROM quarantine ORDER BY subset, path',
    );
  }

  /** Takes a file back, as for another try. @returns whether it was there */
  release(subset: Subset, path: string): boolean {
    return this.#connection.run('DELETE FROM quarantine WHERE subset = ? AND path = ?', [subset, path]).changes > 0;
  }

  countByReason(): Readonly<Record<string, number>> {
    const rows = this.#connection.all<{ reason: string; files: number }>(
      'SELECT reason, count(*) AS files FROM quarantine GROUP BY reason ORDER BY reason',
    );
    return Object.fromEntries(rows.map(({ reason, files }) => [reason, files]));
  }
}
