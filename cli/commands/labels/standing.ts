import type { RunDatabase } from '../../../db/index.ts';
import { requireImage, standingLabel, type Target } from '../../../pipeline/index.ts';

/**
 * Whether what a person said of a label, or of a whole picture, still stands.
 * @throws SelfpasteError USAGE_NO_PREDICTION, USAGE_NO_DRAWING, USAGE_NO_IMAGE
 */
export function isSpokenOf(db: RunDatabase, target: Target): boolean {
  if (target.of !== 'image') return standingLabel(db, target).verdict !== null;
  return db.verdicts.ofImage(requireImage(db, target.image)).some(({ of }) => of === 'image');
}
