import type { CategoryId, Rle, Size } from '../../core/index.ts';
import type { Judgement, RunDatabase } from '../../db/index.ts';
import type { LabelRef } from './label-name.ts';
import { standingLabel } from './standing-label.ts';

/** A label of another class; its mask stays as it is now. @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING */
export const relabeled = (db: RunDatabase, label: LabelRef, category: CategoryId): Judgement => ({
  ...label,
  verdict: 'corrected',
  category,
  mask: standingLabel(db, label).mask,
});

/** What is put in the place of a label's outline. */
export interface Redrawing {
  /** The class that the label has now stays where none is named. */
  readonly category: CategoryId | undefined;
  /** @param size of the picture */
  readonly mask: (size: Size) => Rle | Promise<Rle>;
}

/** A label with another mask. @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING, and what `mask` throws */
export async function redrawn(db: RunDatabase, label: LabelRef, { category, mask }: Redrawing): Promise<Judgement> {
  const { image, category: before } = standingLabel(db, label);
  return { ...label, verdict: 'corrected', category: category ?? before, mask: await mask(image.size) };
}
