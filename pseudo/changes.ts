import { type Change, type ChangeKind, type PredictionId, rle } from '../core/index.ts';
import type { Candidate } from './verdict.ts';

/** A label whose area is more than this many times that of the one it continues has grown. */
export const GREW_BEYOND = 1.25;
/** A label whose area is less than this share of that of the one it continues has shrunk. */
export const SHRANK_BELOW = 0.8;

/** What was kept on an image in two consecutive rounds. */
export interface KeptInTurn {
  readonly current: readonly Candidate[];
  readonly previous: readonly Candidate[];
  /** Of all predictions of the round, kept or not (`traceLineage`). */
  readonly lineage: ReadonlyMap<PredictionId, PredictionId>;
}

/**
 * What became of the labels of an image: one change a label of this round, in the order given, then one a label of the round before that
 * no label continues. Another category goes before another size; an area of 0.8 to 1.25 times the former is the same size.
 * A label whose ancestor was not a label is born.
 */
export function labelChanges({ current, previous, lineage }: KeptInTurn): Change[] {
  const before = new Map(previous.map((label) => [label.id, label]));
  const continued = new Set<PredictionId>();
  const changes = current.map((label) => {
    const ancestor = lineage.get(label.id);
    const former = ancestor === undefined ? undefined : before.get(ancestor);
    if (!former) return lone('born', label);
    continued.add(former.id);
    return continuation(label, former);
  });
  return [...changes, ...previous.filter(({ id }) => !continued.has(id)).map((label) => lone('died', label))];
}

const lone = (kind: 'born' | 'died', { id, category }: Candidate): Change => ({ kind, iou: 0, prediction: id, previous: null, category });

function continuation(label: Candidate, former: Candidate): Change {
  return {
    kind: label.category === former.category ? kindBySize(rle.area(label.mask) / rle.area(former.mask)) : 'reclassified',
    iou: rle.iou(label.mask, former.mask),
    prediction: label.id,
    previous: former.id,
    category: label.category,
  };
}

/** @param ratio of areas, now to before */
function kindBySize(ratio: number): ChangeKind {
  if (ratio > GREW_BEYOND) return 'grew';
  return ratio < SHRANK_BELOW ? 'shrank' : 'kept';
}
