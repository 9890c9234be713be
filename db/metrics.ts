import type { Connection } from './connection.ts';

/** A value at a step; null where it is not defined, as the AP of a category that has no ground truth. */
export interface MetricPoint {
  readonly step: number;
  readonly value: number | null;
}

/** Numbers over the steps of a round. */
export class Metrics {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Records values by name, all or none; the same step again (a resumed training) replaces them. */
  record(round: number, step: number, values: Readonly<Record<string, number | null>>): void {
    this.#connection.transaction(() => {
      for (const [name, value] of Object.entries(values))
        this.#connection.run('INSERT OR REPLACE INTO metrics (round, step, name, value) VALUES (?, ?, ?, ?)', [round, step, name, value]);
    });
  }

  /** A curve, by step. */
  curve(round: number, name: string): MetricPoint[] {
    return this.#connection.all<MetricPoint>('SELECT step, value FROM metrics WHERE round = ? AND name = ? ORDER BY step', [round, name]);
  }

  /** The steps of a round at which anything was recorded, ascending. */
  steps(round: number): number[] {
    return this.#connection
      .all<{ step: number }>('SELECT DISTINCT step FROM metrics WHERE round = ? ORDER BY step', [round])
      .map(({ step }) => step);
  }

  /** What was recorded at a step, by name. */
  at(round: number, step: number): Readonly<Record<string, number | null>> {
    return byName(
      this.#connection.all<NamedValue>('SELECT name, value FROM metrics WHERE round = ? AND step = ? ORDER BY name', [round, step]),
    );
  }

  /** The newest value of each metric of a round, by name. */
  latest(round: number): Readonly<Record<string, number | null>> {
    return byName(
      this.#connection.all<NamedValue>(
        `SELECT name, value FROM metrics m WHERE round = ? AND step = (SELECT max(step) FROM metrics WHERE round = m.round AND name = m.name)
         ORDER BY name`,
        [round],
      ),
    );
  }
}

interface NamedValue {
  readonly name: string;
  readonly value: number | null;
}

const byName = (rows: readonly NamedValue[]): Readonly<Record<string, number | null>> =>
  Object.fromEntries(rows.map(({ name, value }) => [name, value]));
