import type { CategoryId, Change, ImageId, PredictionId } from '../../core/index.ts';
import { type KeptInTurn, keptInTurn, type RunDatabase, type StoredPrediction } from '../../db/index.ts';
import { labelChanges } from '../../pseudo/index.ts';
import type { CountedChange } from '../contract/compare.ts';
import { inTurns } from './in-turns.ts';
import { LeastRanked } from './least-ranked.ts';
import { type ChangeFilter, type ChangeRef, EXAMPLES, isCompared, type RoundChanges } from './round-changes.ts';

/** A kind of change from one class to another: how many labels went it, and those of them that are worth a look. */
interface Way extends Omit<CountedChange, 'labels'> {
  labels: number;
  readonly examples: LeastRanked<ChangeRef>;
}

/**
 * Rounds that are further apart: lineage is followed through those between, and the masks of every picture are compared.
 * @throws the signal's reason where nobody waits any more
 */
export async function distantChanges(db: RunDatabase, from: number, to: number, signal: AbortSignal): Promise<RoundChanges> {
  const ways = new Map<string, Way>();
  await inTurns(keptInTurn(db, from, to), (kept) => addChanges(ways, kept), signal);
  const all = [...ways.values()];
  return {
    counts: all.map(({ examples: _, ...counted }) => counted),
    examples: (filter) => {
      const found = someExamples();
      for (const way of all) if (isAsked(way, filter)) found.addAll(way.examples);
      return found.items;
    },
  };
}

/** One more than are shown says that there are more. */
const someExamples = () => new LeastRanked<ChangeRef>(EXAMPLES + 1);

const isAsked = (way: Way, { kind, before, now }: ChangeFilter): boolean =>
  way.kind === kind && (before ?? way.before) === way.before && (now ?? way.now) === way.now;

function addChanges(ways: Map<string, Way>, kept: KeptInTurn): void {
  const labels = new Map([...kept.previous, ...kept.current].map((label) => [label.id, label]));
  for (const change of labelChanges(kept)) {
    if (change.kind === 'died' && !kept.standing.has(change.prediction)) continue;
    const ref = refOf(change, kept.image.id);
    const way = wayOf(ways, change, classOf(labels, ref.before), classOf(labels, ref.now));
    way.labels++;
    way.examples.add(rankOf(change, labels.get(change.prediction)), ref);
  }
}

function wayOf(ways: Map<string, Way>, { kind }: Change, before: CategoryId | null, now: CategoryId | null): Way {
  const key = `${kind}/${before}/${now}`;
  const way = ways.get(key) ?? { kind, before, now, labels: 0, examples: someExamples() };
  ways.set(key, way);
  return way;
}

/** As consecutive rounds have them: where two masks are compared, those that fit least are worth a look; else those that were surest. */
const rankOf = ({ kind, iou }: Change, label: StoredPrediction | undefined): number => (isCompared(kind) ? iou : -(label?.score ?? 0));

const classOf = (labels: ReadonlyMap<PredictionId, StoredPrediction>, id: PredictionId | null): CategoryId | null =>
  id === null ? null : (labels.get(id)?.category ?? null);

function refOf({ kind, iou, prediction, previous }: Change, image: ImageId): ChangeRef {
  const [before, now] = kind === 'died' ? [prediction, null] : [previous, prediction];
  return { kind, image, iou, before, now };
}
