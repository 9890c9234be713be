import { badValue, type CategoryId, type GroundTruth, type ImageId, type Size, sameSize, showSize } from '../core/index.ts';
import type { Connection } from './connection.ts';
import { boxOf, maskOf, maskText, type ShapeColumns } from './masks.ts';

/** A human label with its annotation id in the data set, where that has one. */
export interface SourcedGroundTruth extends GroundTruth {
  readonly sourceId: number | null;
}

interface Row extends ShapeColumns {
  readonly category_id: CategoryId;
  readonly area_px2: number;
  readonly crowd: 0 | 1;
  readonly source_id: number | null;
}

/** Human labels. There is no way to change or delete one. */
export class GroundTruths {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds all labels of an image, or none. @param size the image's; each mask has it */
  add(image: { readonly id: ImageId; readonly size: Size }, truths: readonly SourcedGroundTruth[]): void {
    this.#connection.transaction(() => {
      for (const truth of truths) this.#insert(image.id, image.size, truth);
    });
  }

  /** Labels of an image, in the order in which they were added. */
  ofImage(image: { readonly id: ImageId; readonly size: Size }): SourcedGroundTruth[] {
    return this.#connection
      .all<Row>('SELECT * FROM ground_truths WHERE image_id = ? ORDER BY id', [image.id])
      .map((row) => fromRow(row, image.size));
  }

  /** Labels by category over a subset, crowd regions left out. */
  countByCategory(subset: 'labeled' | 'validation'): ReadonlyMap<CategoryId, number> {
    const rows = this.#connection.all<{ category: CategoryId; labels: number }>(
      `SELECT t.category_id AS category, count(*) AS labels FROM ground_truths t JOIN images i ON i.id = t.image_id
       WHERE i.subset = ? AND t.crowd = 0 GROUP BY t.category_id ORDER BY t.category_id`,
      [subset],
    );
    return new Map(rows.map(({ category, labels }) => [category, labels]));
  }

  /** How many objects may be pasted: human, not crowd, of labeled images. */
  countDonors(): number {
    return this.#connection.one<{ donors: number }>('SELECT count(*) AS donors FROM donors').donors;
  }

  #insert(image: ImageId, size: Size, truth: SourcedGroundTruth): void {
    if (!sameSize(truth.mask.size, size)) throw badValue('mask size', `the image's ${showSize(size)}`, showSize(truth.mask.size));
    this.#connection.run(
      `INSERT INTO ground_truths (image_id, category_id, x1, y1, x2, y2, area_px2, crowd, source_id, rle)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        image,
        truth.category,
        truth.box.x1,
        truth.box.y1,
        truth.box.x2,
        truth.box.y2,
        truth.areaPx2,
        truth.crowd ? 1 : 0,
        truth.sourceId,
        maskText(truth.mask),
      ],
    );
  }
}

function fromRow(row: Row, size: Size): SourcedGroundTruth {
  return {
    category: row.category_id,
    box: boxOf(row),
    mask: maskOf(row, size),
    crowd: row.crowd === 1,
    areaPx2: row.area_px2,
    sourceId: row.source_id,
  };
}
