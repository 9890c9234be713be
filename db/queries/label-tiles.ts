import type { PredictionId, Sha256, Size } from '../../core/index.ts';
import type { RunDatabase } from '../run-database.ts';
import { type LabelLine, lineOf } from './labels-list.ts';

/** A label and what it takes to draw it. */
export interface DrawableLabel extends Omit<LabelLine, 'rank'> {
  /** Of the picture, upright. */
  readonly size: Size;
  readonly sha256: Sha256;
  /** COCO's compressed run lengths, at the size of the picture. */
  readonly mask: string;
}

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly sha256: Sha256;
  readonly mask: string;
}

/** Labels by id, in the order of the ids; those that the run does not have are left out. */
export function drawableLabels(db: RunDatabase, ids: readonly PredictionId[]): DrawableLabel[] {
  return db.connection.view(() =>
    ids.flatMap((id) => {
      const shape = db.connection.get<Shape>(
        'SELECT i.width, i.height, i.sha256, p.rle AS mask FROM predictions p JOIN images i ON i.id = p.image_id WHERE p.id = ?',
        [id],
      );
      if (shape === undefined) return [];
      const { rank: _, ...line } = lineOf(db, { id, rank: 0 });
      const { width, height, sha256, mask } = shape;
      return [{ ...line, size: { width, height }, sha256, mask }];
    }),
  );
}
