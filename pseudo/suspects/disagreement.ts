import { type PredictionId, rle, type Suspicion } from '../../core/index.ts';
import { LINEAGE_IOU } from '../lineage.ts';
import type { Candidate } from '../verdict.ts';
import type { FormerScene, Scene } from './scene.ts';

/**
 * Labels of which the teacher of the round before was less sure, and predictions that continue a label of that round but are none.
 * Strength: how much the score fell from the round with the label to the other; an object that the round before did not find had score 0.
 * A label that no prediction of this round continues is not told here: it died (`labelChanges`).
 */
export function disagreements(scene: Scene): Suspicion[] {
  return scene.before ? [...unsureBefore(scene, scene.before), ...unsureSince(scene, scene.before)] : [];
}

function unsureBefore({ suspects }: Scene, { ancestorOf }: FormerScene): Suspicion[] {
  return Array.from(suspects, (label) => {
    const ancestor = ancestorOf.get(label);
    return disagreement(label.score - (ancestor?.score ?? 0), label.id, ancestor?.id ?? null);
  });
}

function unsureSince({ labels, settled }: Scene, { labels: former, ancestorOf }: FormerScene): Suspicion[] {
  const heirs = new Map(Array.from(ancestorOf, ([heir, ancestor]) => [ancestor.id, heir]));
  return former.flatMap((label) => {
    const heir = heirs.get(label.id);
    if (!heir || labels.has(heir) || settled.has(heir) || isCovered(label, labels)) return [];
    return [disagreement(label.score - heir.score, heir.id, label.id)];
  });
}

/** Whether a label of this round is in its place, though another prediction continues it. */
function isCovered({ mask }: Candidate, labels: ReadonlySet<Candidate>): boolean {
  const masks = Array.from(labels, (label) => label.mask);
  const overlaps = rle.iouMatrix(
    [mask],
    masks,
    masks.map(() => false),
  );
  return overlaps.some((iou) => iou >= LINEAGE_IOU);
}

function disagreement(fall: number, prediction: PredictionId, other: PredictionId | null): Suspicion {
  return { kind: 'disagreement', strength: Math.max(0, fall), prediction, other };
}
