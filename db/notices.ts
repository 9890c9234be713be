import type { Connection } from './connection.ts';

/** What a receiver is to be told, as JSON data. */
export interface OwedNotice {
  readonly id: string;
  readonly atMs: number;
  readonly notice: unknown;
}

/** What is not told any more: what happened before a moment, and what was tried so often. */
export interface NoticeLimits {
  readonly sinceMs: number;
  readonly tries: number;
}

/** Of more than that, a receiver is owed the newest. */
const MOST_OWED = 64;

/** What receivers are still to be told. A receiver is what its caller knows it by. */
export class Notices {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** To be called in the transaction that makes the notice true. One that a receiver is owed already is owed once. */
  owe(receiver: string, { id, atMs, notice }: OwedNotice): void {
    this.#connection.transaction(() => {
      const row = { receiver, id, atMs, notice: JSON.stringify(notice) };
      this.#connection.run('INSERT OR IGNORE INTO notices (id, receiver, at_ms, notice) VALUES (:id, :receiver, :atMs, :notice)', row);
      const newest = 'SELECT seq FROM notices WHERE receiver = :receiver ORDER BY seq DESC LIMIT :most';
      this.#connection.run(`DELETE FROM notices WHERE receiver = :receiver AND seq NOT IN (${newest})`, { receiver, most: MOST_OWED });
    });
  }

  /** In the order in which it happened. */
  owedTo(receiver: string, limits: NoticeLimits): OwedNotice[] {
    return this.#connection
      .all<OwedNotice & { notice: string }>(
        `SELECT id, at_ms AS atMs, notice FROM notices WHERE receiver = :receiver AND ${WITHIN} ORDER BY seq`,
        { receiver, ...limits },
      )
      .map((row) => ({ ...row, notice: JSON.parse(row.notice) }));
  }

  /** A try to tell it begins. */
  tried(receiver: string, id: string): void {
    this.#connection.run('UPDATE notices SET tries = tries + 1 WHERE receiver = ? AND id = ?', [receiver, id]);
  }

  /** It was told. */
  settle(receiver: string, id: string): void {
    this.#connection.run('DELETE FROM notices WHERE receiver = ? AND id = ?', [receiver, id]);
  }

  /** Forgets, of all receivers, what is beyond the limits. */
  giveUp(limits: NoticeLimits): void {
    this.#connection.run(`DELETE FROM notices WHERE NOT (${WITHIN})`, { ...limits });
  }
}

const WITHIN = 'at_ms >= :sinceMs AND tries < :tries';
