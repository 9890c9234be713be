import type { ResolvedConfig } from '../../config/index.ts';
import { type CategoryId, type ModelId, SelfpasteError } from '../../core/index.ts';
import type { RunDatabase } from '../../db/index.ts';
import { type ResolvedPolicy, resolvePolicy } from '../../pseudo/index.ts';
import { policyOf } from '../policy.ts';

/**
 * The configured policy with its thresholds, which its rule makes of what a round's teacher said of unlabeled and of validation images.
 * @throws SelfpasteError USAGE_NO_CALIBRATION where the rule needs a measuring of the teacher that is not there, CONFIG_UNKNOWN_CATEGORY
 */
export function resolvedPolicy(db: RunDatabase, config: ResolvedConfig, round: number, teacher: ModelId): ResolvedPolicy {
  const policy = policyOf(config, db);
  if (policy.rule === 'target-precision') requireCalibration(db, teacher);
  return resolvePolicy(policy, {
    categories: db.categories.all().map(({ id }) => id),
    candidates: db.labeling.candidateSets(round),
    humanDensity: humanDensity(db),
    calibration: db.calibrations.ofModel(teacher),
  });
}

/** Human labels an image by category, over the labeled images. */
function humanDensity(db: RunDatabase): ReadonlyMap<CategoryId, number> {
  const images = Math.max(1, db.images.count().labeled);
  return new Map([...db.groundTruths.countByCategory('labeled')].map(([category, labels]) => [category, labels / images]));
}

function requireCalibration(db: RunDatabase, teacher: ModelId): void {
  if (db.calibrations.has(teacher)) return;
  throw new SelfpasteError(
    'USAGE_NO_CALIBRATION',
    `Expected what the teacher (model ${teacher}) says of the validation pictures for policy.rule target-precision, got nothing`,
    'take another rule, or start a new run: those of earlier versions did not keep it',
  );
}
