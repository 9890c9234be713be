import type { ImageRow } from '../../db/index.ts';
import { type Policy, selectPseudoLabels, traceLineage } from '../../pseudo/index.ts';
import type { RoundInput } from '../machine.ts';
import { policyOf } from '../policy.ts';
import { type StageContext, type StageResult, safePoint } from './stage.ts';

/** Decides about every prediction of the round under the policy, and freezes the round's pseudo-labels for training. */
export async function selectLabels(context: StageContext, { round }: RoundInput): Promise<StageResult<void>> {
  const { db, config, emit } = context;
  const policy = policyOf(config, db);
  const total = db.labeling.counts(round).done;
  let done = db.pseudoLabels.counts(round).withLabels + db.pseudoLabels.counts(round).withoutLabels;
  for (const image of db.pseudoLabels.pending(round)) {
    await safePoint(context);
    selectImage(context, round, image, policy);
    if (++done % 20 === 0 || done === total) emit({ kind: 'progress', round, stage: 'select', done, total, unit: 'pictures', facts: {} });
  }
  db.rounds.freeze(round, policy, Date.now());
  const { kept, dropped, withLabels, withoutLabels } = db.pseudoLabels.counts(round);
  if (kept === 0)
    emit({
      kind: 'note',
      round,
      level: 'warn',
      text: `no prediction became a pseudo-label (policy.score is ${config.policy.score}): the student trains on labeled pictures only`,
    });
  return { output: undefined, facts: { kept, dropped, picturesWithLabels: withLabels, picturesWithout: withoutLabels } };
}

function selectImage({ db }: StageContext, round: number, image: ImageRow, policy: Policy): void {
  const predictions = db.labeling.predictions(round, image);
  const decisions = selectPseudoLabels(predictions, policy, db.verdicts.ofImage(image));
  const lineage = traceLineage(predictions, db.labeling.predictions(round - 1, image));
  db.pseudoLabels.record({ round, image: image.id, decisions, lineage });
}
