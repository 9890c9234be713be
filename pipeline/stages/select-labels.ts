import type { CategoryId, ModelId } from '../../core/index.ts';
import type { ImageRow, RunDatabase } from '../../db/index.ts';
import { type ResolvedPolicy, thresholdOf } from '../../pseudo/index.ts';
import { commitPoint } from '../commit-points.ts';
import { checkDrift } from '../labels/drift-brake.ts';
import { resolvedPolicy } from '../labels/policy-evidence.ts';
import { selectedImage } from '../labels/selected-image.ts';
import type { RoundInput } from '../machine/machine.ts';
import { type StageContext, type StageResult, safePoint } from './stage.ts';

/**
 * Decides about every prediction of the round under the policy, and freezes the round's pseudo-labels for training, unless they drifted
 * too far. Images of which people say something meanwhile are decided about again; nothing comes between the last of them and the freeze.
 */
export async function selectLabels(context: StageContext, { round, teacher }: RoundInput): Promise<StageResult<void>> {
  const { db, config, emit } = context;
  if (db.rounds.byIndex(round)?.selection.state !== 'frozen') {
    const resolved = resolvedPolicy(db, config, round, teacher as ModelId);
    tellThresholds(context, round, resolved);
    await selectImages(context, round, resolved);
    checkDrift(db, round, config.brake);
    commitPoint('drift-recorded');
    db.transaction(() => {
      for (const image of db.pseudoLabels.pending(round)) selectImage(db, round, image, resolved);
      db.rounds.freeze(round, resolved.policy, Date.now());
    });
    commitPoint('round-frozen');
  }
  const { kept, dropped, withLabels, withoutLabels } = db.pseudoLabels.counts(round);
  if (withLabels === 0)
    emit({
      kind: 'note',
      round,
      level: 'warn',
      text: 'no prediction became a pseudo-label under this policy: the student trains on labeled pictures only',
    });
  return { output: undefined, facts: { kept, dropped, picturesWithLabels: withLabels, picturesWithout: withoutLabels } };
}

async function selectImages(context: StageContext, round: number, resolved: ResolvedPolicy): Promise<void> {
  const { db, emit } = context;
  const total = db.labeling.counts(round).done;
  const { withLabels, withoutLabels } = db.pseudoLabels.counts(round);
  let done = withLabels + withoutLabels;
  for (const image of db.pseudoLabels.pending(round)) {
    await safePoint(context);
    selectImage(db, round, image, resolved);
    commitPoint('image-selected');
    done = Math.min(done + 1, total);
    if (done % 20 === 0 || done === total) emit({ kind: 'progress', round, stage: 'select', done, total, unit: 'pictures', facts: {} });
  }
}

/** Verdicts are read and the selection is written in one transaction: no word is lost between. */
function selectImage(db: RunDatabase, round: number, image: ImageRow, { policy }: ResolvedPolicy): void {
  db.transaction(() => db.pseudoLabels.record(selectedImage(db, round, image, policy)));
}

/** Thresholds that a rule learned are said; a few of them, where there are many. */
const MOST_TOLD = 8;

function tellThresholds({ db, emit }: StageContext, round: number, { policy, thresholds }: ResolvedPolicy): void {
  if (policy.rule === 'fixed') return;
  const names = new Map(db.categories.all().map(({ id, name }) => [id, name]));
  const text = ([category, { why }]: readonly [CategoryId, { readonly why: string }]) =>
    `${names.get(category)} ${thresholdOf(policy, category).toFixed(3)} (${why})`;
  const told = [...thresholds].slice(0, MOST_TOLD).map(text).join(', ');
  const more = thresholds.size > MOST_TOLD ? ` and ${thresholds.size - MOST_TOLD} more` : '';
  emit({ kind: 'note', round, level: 'info', text: `thresholds by ${policy.rule}: ${told}${more}` });
}
