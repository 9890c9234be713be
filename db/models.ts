import type { ModelId, Sha256 } from '../core/index.ts';
import type { Connection } from './connection.ts';

/** An ONNX file and what is known of it. `round` is the round that made it, or for which it was given. */
export interface ModelFacts {
  readonly round: number;
  readonly role: 'given' | 'student';
  readonly path: string;
  readonly sha256: Sha256;
  /** The model's contract as JSON data. */
  readonly contract: unknown;
  readonly createdAtMs: number;
}

export interface ModelRow extends ModelFacts {
  readonly id: ModelId;
}

interface Row {
  readonly id: ModelId;
  readonly round: number;
  readonly role: 'given' | 'student';
  readonly path: string;
  readonly sha256: Sha256;
  readonly contract: string;
  readonly created_at_ms: number;
}

/** Teachers and students. */
export class Models {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds a model; the same file in the same role and round again is the row that is there. */
  add(model: ModelFacts): ModelId {
    const same = this.#connection.get<{ id: ModelId }>('SELECT id FROM models WHERE round = ? AND role = ? AND sha256 = ?', [
      model.round,
      model.role,
      model.sha256,
    ]);
    if (same) return same.id;
    const { id } = this.#connection.run(
      `INSERT INTO models (round, role, path, sha256, contract, created_at_ms)
       VALUES (:round, :role, :path, :sha256, :contract, :createdAtMs)`,
      { ...model, contract: JSON.stringify(model.contract) },
    );
    return id as ModelId;
  }

  byId(id: ModelId): ModelRow | undefined {
    const row = this.#connection.get<Row>('SELECT * FROM models WHERE id = ?', [id]);
    return row && fromRow(row);
  }

  /** By id, which is the order in which they were made. */
  all(): ModelRow[] {
    return this.#connection.all<Row>('SELECT * FROM models ORDER BY id').map(fromRow);
  }
}

function fromRow({ created_at_ms, contract, ...row }: Row): ModelRow {
  return { ...row, contract: JSON.parse(contract), createdAtMs: created_at_ms };
}
