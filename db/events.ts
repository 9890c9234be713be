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

/** The run's diary. */
export class Events {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  add(event: EventFacts): void {
    this.#connection.run('INSERT INTO events (at_ms, round, kind, data) VALUES (:atMs, :round, :kind, :data)', {
      ...event,
      data: JSON.stringify(event.data),
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

  /** The last events, newest first. */
  latest(limit: number): EventRow[] {
    return this.#connection
      .all<EventRow & { data: string }>('SELECT id, at_ms AS atMs, round, kind, data FROM events ORDER BY id DESC LIMIT ?', [limit])
      .map(parsed);
  }
}

const parsed = (row: EventRow & { readonly data: string }): EventRow => ({ ...row, data: JSON.parse(row.data) });
