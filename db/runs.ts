import type { Connection } from './connection.ts';

/** What a run is; `config` is the resolved configuration as JSON data, which a person may change between two rounds. */
export interface RunFacts {
  readonly name: string;
  /** uint32 */
  readonly seed: number;
  readonly config: unknown;
  readonly configHash: string;
  readonly programVersion: string;
  readonly machineVersion: number;
  readonly createdAtMs: number;
}

interface Row {
  readonly name: string;
  readonly seed: number;
  readonly config: string;
  readonly config_hash: string;
  readonly program_version: string;
  readonly machine_version: number;
  readonly created_at_ms: number;
}

/** The one row that says what this run is. */
export class Runs {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Writes the facts. A database holds one run, so a second call is a violated constraint. */
  create(facts: RunFacts): void {
    this.#connection.run(
      `INSERT INTO runs (id, name, seed, config, config_hash, program_version, machine_version, created_at_ms)
       VALUES (1, :name, :seed, :config, :configHash, :programVersion, :machineVersion, :createdAtMs)`,
      { ...facts, config: JSON.stringify(facts.config) },
    );
  }

  /** Writes other facts in the place of those that are there, as other settings are. */
  replace(facts: RunFacts): void {
    this.#connection.run(
      `UPDATE runs SET name = :name, seed = :seed, config = :config, config_hash = :configHash, program_version = :programVersion,
         machine_version = :machineVersion, created_at_ms = :createdAtMs`,
      { ...facts, config: JSON.stringify(facts.config) },
    );
  }

  /** The facts; undefined in a database that died before they were written. */
  facts(): RunFacts | undefined {
    const row = this.#connection.get<Row>('SELECT * FROM runs');
    return row && fromRow(row);
  }
}

function fromRow(row: Row): RunFacts {
  return {
    name: row.name,
    seed: row.seed,
    config: JSON.parse(row.config),
    configHash: row.config_hash,
    programVersion: row.program_version,
    machineVersion: row.machine_version,
    createdAtMs: row.created_at_ms,
  };
}
