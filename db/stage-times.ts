import type { Connection } from './connection.ts';

/** One stretch of work in a stage; a stage that was interrupted and resumed has several. */
export interface StageTime {
  readonly round: number;
  readonly stage: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** Where the time of a run went. */
export class StageTimes {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Records a stretch; the same start again replaces its duration. */
  record(time: StageTime): void {
    this.#connection.run(
      `INSERT OR REPLACE INTO stage_times (round, stage, started_at_ms, duration_ms) VALUES (:round, :stage, :startedAtMs, :durationMs)`,
      { ...time },
    );
  }

  /** By start. */
  all(): StageTime[] {
    return this.#connection.all<StageTime>(
      'SELECT round, stage, started_at_ms AS startedAtMs, duration_ms AS durationMs FROM stage_times ORDER BY started_at_ms, stage',
    );
  }
}
