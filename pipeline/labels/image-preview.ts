import type { ImageRow, RunDatabase } from '../../db/index.ts';
import { type Decision, judge, type Policy, selectPseudoLabels } from '../../pseudo/index.ts';

/**
 * What a policy would decide about every prediction of an image, under what people say of it now. Writes nothing.
 * @returns decisions by id
 */
export function previewImage(db: RunDatabase, round: number, image: ImageRow, policy: Policy): readonly Decision[] {
  const verdicts = db.verdicts.ofImage(image);
  const rulings = verdicts.length === 0 ? null : judge(db.labeling.predictions(round, image), verdicts, policy).rulings;
  return selectPseudoLabels(db.labeling.candidates(round, image), policy, rulings);
}
