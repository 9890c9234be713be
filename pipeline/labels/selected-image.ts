import { type ImageRow, type ImageSelection, type RunDatabase, roundBefore } from '../../db/index.ts';
import type { Candidate, Decision, Policy } from '../../pseudo/index.ts';
import { judge, labelChanges, type RoundBefore, selectPseudoLabels, suspicions, traceLineage } from '../../pseudo/index.ts';

/** Decides about every prediction of an image, and compares what is kept with the round before. Reads only. */
export function selectedImage(db: RunDatabase, round: number, image: ImageRow, policy: Policy): ImageSelection {
  const predictions = db.labeling.predictions(round, image);
  const candidates = db.labeling.candidates(round, image);
  const verdicts = db.verdicts.ofImage(image);
  const { rulings, drawn } = judge(predictions, verdicts, policy);
  const decisions = selectPseudoLabels(candidates, policy, verdicts.length === 0 ? null : rulings);
  const before = comparable(db, round, image, predictions, decisions);
  const kept = new Set(decisions.flatMap(({ status, prediction }) => (status === 'kept' ? [prediction] : [])));
  const current = predictions.filter(({ id }) => kept.has(id));
  return {
    round,
    image: image.id,
    decisions,
    lineage: before?.lineage ?? new Map(),
    drawn,
    changes: before === null ? [] : labelChanges({ current, previous: before.labels, lineage: before.lineage }),
    suspicions: suspicions({ predictions, overlaps: candidates.overlaps, decisions, before }),
  };
}

/** What the round before said of the image, without labels that people have spoken against since; null where it was not labeled then. */
function comparable(
  db: RunDatabase,
  round: number,
  image: ImageRow,
  current: readonly Candidate[],
  decisions: readonly Decision[],
): RoundBefore | null {
  const before = roundBefore(db, round, image);
  if (before === null) return null;
  const lineage = traceLineage(current, before.predictions);
  const refused = new Set(decisions.flatMap(({ prediction, reason }) => (isRefused(reason) ? [lineage.get(prediction)] : [])));
  return { ...before, labels: before.labels.filter(({ id }) => !refused.has(id)), lineage };
}

/** A person said that it is wrong, or drew what is right. */
const isRefused = (reason: Decision['reason']): boolean => reason === 'rejected' || reason === 'replaced';
