import type { CategoryId } from '../core/index.ts';
import type { Connection } from './connection.ts';

/** What a measured model is worth for one class: average precisions over IoU 0.50 to 0.95, and at 0.50, 0..1; null where there is no object to find. */
export interface MeasuredClass {
  readonly category: CategoryId;
  /** Human objects of the class in the validation pictures, without crowds. */
  readonly truths: number;
  readonly maskAp: number | null;
  readonly maskAp50: number | null;
  readonly boxAp: number | null;
}

/** Numbers by class, beside those that {@link Metrics} has of the same steps. Databases of versions before 4 have none of their steps. */
export class ClassMetrics {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Records a measuring, all of it or nothing; the same step again (a resumed training) replaces it. */
  record(round: number, step: number, classes: readonly MeasuredClass[]): void {
    this.#connection.transaction(() => {
      this.#connection.run('DELETE FROM class_metrics WHERE round = ? AND step = ?', [round, step]);
      for (const { category, truths, maskAp, maskAp50, boxAp } of classes)
        this.#connection.run(
          'INSERT INTO class_metrics (round, step, category_id, truths, mask_ap, mask_ap50, box_ap) VALUES (?, ?, ?, ?, ?, ?, ?)',
          [round, step, category, truths, maskAp, maskAp50, boxAp],
        );
    });
  }

  /** What was measured at a step, by class index; empty where nothing was, or by a version that kept no numbers by class. */
  at(round: number, step: number): MeasuredClass[] {
    return this.#connection.all<MeasuredClass>(
      `SELECT m.category_id AS category, truths, mask_ap AS maskAp, mask_ap50 AS maskAp50, box_ap AS boxAp
       FROM class_metrics m JOIN categories c ON c.id = m.category_id WHERE round = ? AND step = ? ORDER BY class_index`,
      [round, step],
    );
  }
}
