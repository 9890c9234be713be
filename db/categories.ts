import type { CategoryId, ClassIndex } from '../core/index.ts';
import type { Connection } from './connection.ts';

/** A category as in the data set, and the index under which tensors know it. */
export interface CategoryRow {
  readonly id: CategoryId;
  readonly name: string;
  readonly classIndex: ClassIndex;
}

/** The run's categories. */
export class Categories {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds all or none; doing it again with the same categories changes nothing. */
  add(categories: readonly CategoryRow[]): void {
    this.#connection.transaction(() => {
      for (const { id, name, classIndex } of categories)
        this.#connection.run('INSERT INTO categories (id, name, class_index) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING', [
          id,
          name,
          classIndex,
        ]);
    });
  }

  /** By class index, 0..K-1. */
  all(): CategoryRow[] {
    return this.#connection.all<CategoryRow>('SELECT id, name, class_index AS classIndex FROM categories ORDER BY class_index');
  }
}
