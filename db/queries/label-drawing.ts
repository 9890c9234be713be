import { type ActionId, expectation, type ImageId, SelfpasteError, type VerdictId } from '../../core/index.ts';
import { type ImageColumns, type ImageRow, imageOf } from '../images.ts';
import type { RunDatabase } from '../run-database.ts';
import type { StoredVerdict } from '../stored-verdicts.ts';

/** An object that a person drew, as it stands, and its picture. */
export interface StandingDrawing {
  readonly image: ImageRow;
  readonly verdict: Extract<StoredVerdict, { readonly of: 'drawn' }>;
}

/** @throws SelfpasteError USAGE_NO_DRAWING where nobody drew it, or it was rejected, withdrawn or undone */
export function standingDrawing(db: RunDatabase, drawn: VerdictId): StandingDrawing {
  return db.connection.view(() => {
    const row = db.connection.get<ImageColumns>(
      `SELECT i.* FROM verdicts v JOIN images i ON i.id = v.image_id WHERE v.id = ? AND v.verdict = 'drawn'`,
      [drawn],
    );
    const image = row && imageOf(row);
    const verdict = image && db.verdicts.ofImage(image).find((one) => one.of === 'drawn' && one.drawn === drawn);
    if (image && verdict?.of === 'drawn') return { image, verdict };
    throw new SelfpasteError(
      'USAGE_NO_DRAWING',
      expectation('drawn label', 'a label that a person drew, and that still stands', `d${drawn}`),
      'list what people drew with `selfpaste labels list --verdict drawn`',
    );
  });
}

/** A drawn label by its id, and the id of its picture. */
export interface DrawnLabel {
  readonly drawn: VerdictId;
  readonly image: ImageId;
}

/** What an action drew, in the order in which it did. */
export const drawnBy = (db: RunDatabase, action: ActionId): DrawnLabel[] =>
  db.connection.all<DrawnLabel>(
    `SELECT id AS drawn, image_id AS image FROM verdicts INDEXED BY verdicts_by_action WHERE action_id = ? AND verdict = 'drawn' ORDER BY id`,
    [action],
  );
