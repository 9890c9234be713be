import type { Sha256 } from '../core/index.ts';
import type { Connection } from './connection.ts';

/** Weights on disk after a step, with the hash that tells whether the file is whole. */
export interface CheckpointRow {
  readonly round: number;
  readonly step: number;
  readonly path: string;
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly createdAtMs: number;
}

/** The trainer's checkpoints. */
export class Checkpoints {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Records a checkpoint; the same step again (a resumed training) replaces it. */
  record(checkpoint: CheckpointRow): void {
    this.#connection.run(
      `INSERT OR REPLACE INTO checkpoints (round, step, path, sha256, bytes, created_at_ms)
       VALUES (:round, :step, :path, :sha256, :bytes, :createdAtMs)`,
      { ...checkpoint },
    );
  }

  /** Newest first, so that a damaged one is skipped for the one before it. */
  ofRound(round: number): CheckpointRow[] {
    return this.#connection.all<CheckpointRow>(
      `SELECT round, step, path, sha256, bytes, created_at_ms AS createdAtMs FROM checkpoints WHERE round = ? ORDER BY step DESC`,
      [round],
    );
  }

  /** Forgets a checkpoint whose file is gone or damaged. */
  remove(round: number, step: number): void {
    this.#connection.run('DELETE FROM checkpoints WHERE round = ? AND step = ?', [round, step]);
  }
}
