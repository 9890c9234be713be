import type { Connection } from './connection.ts';

/** Something worth remembering, with what belongs to it as JSON data. */
export interface EventFacts {
  readonly atMs: number;
  readonly round: number | null;
  readonly kind: string;
  readonly data: unknown;
}

export interface EventRow extends EventFacts {
  readonly id: number;
}

/** A run of weeks writes no more than that, beside its milestones. */
const KEPT = 10_000;
/** What a run came by; few, and never forgotten. */
const MILESTONES = "'run-started', 'run-resumed', 'run-forked', 'round-finished', 'run-finished', 'run-failed', 'settings-changed'";

/** The run's diary. */
export class Events {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds an event and forgets what lies further back than 10,000 events, but for the run's milestones. */
  add(event: EventFacts): void {
    this.#connection.transaction(() => {
      const { id } = this.#connection.run('INSERT INTO events (at_ms, round, kind, data) VALUES (:atMs, :round, :kind, :data)', {
        ...event,
        data: JSON.stringify(event.data),
      });
      this.#connection.run(`DELETE FROM events WHERE id <= ? AND kind NOT IN (${MILESTONES})`, [id - KEPT]);
    });
  }

  /** Events after an id, oldest first: 0 for the first page, the last id for the next. */
  after(id: number, limit: number): EventRow[] {
    return this.#connection
      .all<EventRow & { data: string }>('SELECT id, at_ms AS atMs, round, kind, data FROM events WHERE id > ? ORDER BY id LIMIT ?', [
        id,
        limit,
      ])
      .map(parsed);
  }

  /** All of a kind, oldest first. */
  ofKind(kind: string): EventRow[] {
    return this.#connection
      .all<EventRow & { data: string }>('SELECT id, at_ms AS atMs, round, kind, data FROM events WHERE kind = ? ORDER BY id', [kind])
      .map(parsed);
  }

  /** The newest event of one of these kinds; undefined where there is none. */
  latestOf(...kinds: readonly string[]): EventRow | undefined {
    const places = kinds.map(() => '?').join(', ');
    return this.#connection
      .all<EventRow & { data: string }>(
        `SELECT id, at_ms AS atMs, round, kind, data FROM events WHERE kind IN (${places}) ORDER BY id DESC LIMIT 1`,
        [...kinds],
      )
      .map(parsed)[0];
  }

  /** The last events, newest first. */
  latest(limit: number): EventRow[] {
    return this.#connection
      .all<EventRow & { data: string }>('SELECT id, at_ms AS atMs, round, kind, data FROM events ORDER BY id DESC LIMIT ?', [limit])
      .map(parsed);
  }
}

const parsed = (row: EventRow & { readonly data: string }): EventRow => ({ ...row, data: JSON.parse(row.data) });
