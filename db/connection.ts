import Database from 'better-sqlite3';
import { translateError } from './sqlite-errors.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;
/** Values by position (`?`) or by name (`:name`). */
export type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** The row as a type: SQLite's own types after STRICT are exactly these, so a caller names the columns it selected. */
type Row = object;

const ALL_PAGES = 0x7fffffff;

/**
 * One SQLite connection whose statements are prepared once and whose errors speak to people.
 * Only the files of this room hold SQL.
 */
export class Connection {
  readonly path: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  #mayWrite: () => void = () => {};
  readonly #transact: Database.Transaction<(work: () => unknown) => unknown>;

  /** @throws SelfpasteError as {@link translateError} has them */
  constructor(path: string, options: { readonly readonly: boolean; readonly timeoutMs: number }) {
    this.path = path;
    this.#database = this.#guard(() => new Database(path, { readonly: options.readonly, timeout: options.timeoutMs }));
    this.#transact = this.#database.transaction((work: () => unknown) => work());
  }

  /** The first row, if there is one. */
  get<Result extends Row>(sql: string, parameters: SqlParameters = []): Result | undefined {
    return this.#guard(() => this.#prepare(sql).get(parameters)) as Result | undefined;
  }

  /** The row that must be there, as that of an aggregate. */
  one<Result extends Row>(sql: string, parameters: SqlParameters = []): Result {
    const row = this.get<Result>(sql, parameters);
    if (!row) throw new Error(`Expected a row from: ${sql}`);
    return row;
  }

  all<Result extends Row>(sql: string, parameters: SqlParameters = []): Result[] {
    return this.#guard(() => this.#prepare(sql).all(parameters)) as Result[];
  }

  /** Runs a statement that writes. @returns the number of rows changed, and the id of the last row inserted */
  run(sql: string, parameters: SqlParameters = []): { readonly changes: number; readonly id: number } {
    if (!this.#database.inTransaction) this.#mayWrite();
    const { changes, lastInsertRowid } = this.#guard(() => this.#prepare(sql).run(parameters));
    return { changes, id: Number(lastInsertRowid) };
  }

  /** Several statements without parameters. */
  execute(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** @param check called before each transaction that writes, which it may refuse by throwing; of many a second, so it must be cheap */
  guardWrites(check: () => void): void {
    this.#mayWrite = check;
  }

  pragma(sql: string): unknown {
    return this.#guard(() => this.#database.pragma(sql, { simple: true }));
  }

  /** `BEGIN IMMEDIATE`, the work, `COMMIT`; rolled back where the work throws. Inside another transaction it is a savepoint. */
  transaction<Result>(work: () => Result): Result {
    if (this.#database.inTransaction) return this.#guard(() => this.#transact(work)) as Result;
    // Checked once the write lock is had: nothing comes between the check and the work.
    const checked = () => {
      this.#mayWrite();
      return work();
    };
    return this.#guard(() => this.#transact.immediate(checked)) as Result;
  }

  /**
   * As {@link transaction}, but inside another one it is a part of that, and where the work throws all of that is rolled back.
   * For many rows: a savepoint keeps a copy of every page that is changed after it, which takes twice as long as to change them.
   */
  part<Result>(work: () => Result): Result {
    if (!this.#database.inTransaction) return this.transaction(work);
    try {
      return work();
    } catch (error) {
      if (this.#database.inTransaction) this.execute('ROLLBACK');
      throw error;
    }
  }

  /** Reads that belong together see one state, whatever another process writes meanwhile. */
  view<Result>(work: () => Result): Result {
    return this.#guard(() => this.#transact.deferred(work)) as Result;
  }

  /**
   * SQLite's online backup of what is committed now, whatever another process writes meanwhile.
   * All pages in one step: between steps another process's write would start the copy over, and a busy run would never let it end.
   */
  async backup(target: string): Promise<void> {
    try {
      await this.#database.backup(target, { progress: () => ALL_PAGES });
    } catch (error) {
      throw translateError(error, this.path);
    }
  }

  close(): void {
    this.#database.close();
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw translateError(error, this.path);
    }
  }
}
