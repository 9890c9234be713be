import type { ResolvedConfig } from '../../config/index.ts';
import type { ImageId, ModelId } from '../../core/index.ts';
import type { ImageRow, RunDatabase } from '../../db/index.ts';
import {
  type ExpectedQualities,
  expectedQuality,
  judge,
  type Policy,
  type PolicyPreview,
  previewPolicy,
  type ResolvedPolicy,
  type RulingsOf,
  storedPolicy,
} from '../../pseudo/index.ts';
import { resolvedPolicy } from './policy-evidence.ts';

/** What another policy would make of a round, beside the present one. */
export interface PolicyComparison {
  readonly round: number;
  readonly present: Policy;
  readonly next: ResolvedPolicy;
  readonly preview: PolicyPreview;
  /** From the teacher's detections on validation pictures; null where none were kept. */
  readonly expected: { readonly present: ExpectedQualities; readonly next: ExpectedQualities } | null;
}

/**
 * Compares the policy of a round with that of other settings, without inference.
 * @param config the run's, with other settings of `policy`
 * @throws SelfpasteError USAGE_NO_CALIBRATION, CONFIG_UNKNOWN_CATEGORY
 */
export function comparePolicies(db: RunDatabase, round: number, present: ResolvedConfig, next: ResolvedConfig): PolicyComparison {
  const teacher = db.rounds.byIndex(round)?.teacher as ModelId;
  const now = presentPolicy(db, round, present, teacher);
  const resolved = resolvedPolicy(db, next, round, teacher);
  const preview = previewPolicy(db.labeling.candidateSets(round), resolved.policy, now, rulingsOf(db, round));
  const expected = db.calibrations.has(teacher)
    ? {
        present: expectedQuality(db.calibrations.ofModel(teacher), now),
        next: expectedQuality(db.calibrations.ofModel(teacher), resolved.policy),
      }
    : null;
  return { round, present: now, next: resolved, preview, expected };
}

/** What the round was selected under; what it would be, where it was not yet. */
export function presentPolicy(db: RunDatabase, round: number, config: ResolvedConfig, teacher: ModelId): Policy {
  const selection = db.rounds.byIndex(round)?.selection;
  return selection?.state === 'frozen' ? storedPolicy(selection.policy) : resolvedPolicy(db, config, round, teacher).policy;
}

/** Verdicts are on few images: only of these are the masks read, once for both policies, which are asked one after the other. */
export function rulingsOf(db: RunDatabase, round: number): RulingsOf {
  const spoken = new Map<ImageId, ImageRow>(Array.from(db.verdicts.images(), (image) => [image.id, image]));
  const read = (image: ImageRow) => ({ image, predictions: db.labeling.predictions(round, image), verdicts: db.verdicts.ofImage(image) });
  let last: ReturnType<typeof read> | undefined;
  return (id, policy) => {
    const image = spoken.get(id);
    if (!image) return null;
    if (last?.image !== image) last = read(image);
    return judge(last.predictions, last.verdicts, policy).rulings;
  };
}
