import type { CategoryId, Change, ChangeKind, ImageId, PredictionId } from '../../core/index.ts';
import { diffRounds, type KeptInTurn, keptInTurn, type LabelLine, listLabels, type RunDatabase, reclassified } from '../../db/index.ts';
import { labelChanges } from '../../pseudo/index.ts';
import type { CountedChange } from '../contract/compare.ts';
import { inTurns } from './in-turns.ts';

/** A change by its labels. */
export interface ChangeRef {
  readonly kind: ChangeKind;
  readonly image: ImageId;
  readonly iou: number;
  readonly before: PredictionId | null;
  readonly now: PredictionId | null;
}

/** Which changes; a class that is not named is any. */
export interface ChangeFilter {
  readonly kind: ChangeKind;
  readonly before?: CategoryId;
  readonly now?: CategoryId;
}

/** What became of the labels of a round in a later one. */
export interface RoundChanges {
  readonly counts: readonly CountedChange[];
  /** Most uncertain first where that is known. */
  examples(filter: ChangeFilter, limit: number): readonly ChangeRef[];
}

/** Consecutive rounds were compared when the later one was selected, so that only rows are counted. */
export function consecutiveChanges(db: RunDatabase, to: number): RoundChanges {
  const { categories } = diffRounds(db, to - 1, to, labelChanges);
  const counts = categories.flatMap(({ category, kinds }) =>
    (Object.entries(kinds) as [ChangeKind, number][])
      .filter(([kind, labels]) => kind !== 'reclassified' && labels > 0)
      .map(([kind, labels]): CountedChange => ({ kind, ...classesOf(kind, category, category), labels })),
  );
  const turned = reclassified(db, to).map((turn): CountedChange => ({ kind: 'reclassified', ...turn }));
  return { counts: [...counts, ...turned], examples: (filter, limit) => storedExamples(db, to, filter, limit) };
}

const classesOf = (kind: ChangeKind, before: CategoryId | null, now: CategoryId | null) => ({
  before: kind === 'born' ? null : before,
  now: kind === 'died' ? null : now,
});

/** So many labels are read at once, and at most so many pages of them for a pair of classes. */
const PAGE = 100;
const MOST_PAGES = 50;

function storedExamples(db: RunDatabase, round: number, { kind, before, now }: ChangeFilter, limit: number): ChangeRef[] {
  const category = kind === 'died' ? before : now;
  const filter = { round, change: kind, ...(category === undefined ? {} : { category }) };
  // Where two masks are compared, those that fit least are worth a look; else those that were surest.
  const order = kind === 'born' || kind === 'died' ? 'score-desc' : 'most-changed';
  const was = (ref: ChangeRef) => kind !== 'reclassified' || before === undefined || categoryBefore(db, round, ref) === before;
  const found: ChangeRef[] = [];
  let after: LabelLine | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length < limit; pages++) {
    const lines = listLabels(db, filter, order, PAGE, after);
    found.push(...lines.map((line) => storedRef(line, kind)).filter(was));
    after = lines.at(-1);
    if (lines.length < PAGE) break;
  }
  return found.slice(0, limit);
}

function storedRef({ id, image, change, selection }: LabelLine, kind: ChangeKind): ChangeRef {
  if (kind === 'died') return { kind, image, iou: 0, before: id, now: null };
  const before = selection.status === 'kept' && kind !== 'born' ? selection.previous : null;
  return { kind, image, iou: kind === 'born' ? 0 : (change?.iou ?? 0), before, now: id };
}

function categoryBefore(db: RunDatabase, round: number, { image, before }: ChangeRef): CategoryId | undefined {
  const size = db.images.byId(image)?.size;
  return size && db.labeling.predictions(round - 1, { id: image, size }).find(({ id }) => id === before)?.category;
}

/** Of each way that labels went. */
const EXAMPLES = 24;

/** Rounds that are further apart: lineage is followed through those between, and the masks of every picture are compared. */
export async function distantChanges(db: RunDatabase, from: number, to: number, signal: AbortSignal): Promise<RoundChanges> {
  const ways = new Map<string, { readonly way: Omit<CountedChange, 'labels'>; labels: number; readonly examples: ChangeRef[] }>();
  const add = (kept: KeptInTurn) => {
    const categories = new Map([...kept.previous, ...kept.current].map(({ id, category }) => [id, category]));
    for (const change of labelChanges(kept)) {
      if (change.kind === 'died' && !kept.standing.has(change.prediction)) continue;
      const ref = refOf(change, kept.image.id);
      const classes = { before: classOf(categories, ref.before), now: classOf(categories, ref.now) };
      const key = `${change.kind}/${classes.before}/${classes.now}`;
      const known = ways.get(key) ?? { way: { kind: change.kind, ...classes }, labels: 0, examples: [] };
      ways.set(key, known);
      known.labels++;
      if (known.examples.length < EXAMPLES) known.examples.push(ref);
    }
  };
  await inTurns(keptInTurn(db, from, to), add, signal);
  const all = [...ways.values()];
  return {
    counts: all.map(({ way, labels }) => ({ ...way, labels })),
    examples: ({ kind, before, now }, limit) =>
      all
        .filter(({ way }) => way.kind === kind && (before ?? way.before) === way.before && (now ?? way.now) === way.now)
        .flatMap(({ examples }) => examples)
        .toSorted((a, b) => a.iou - b.iou)
        .slice(0, limit),
  };
}

const classOf = (categories: ReadonlyMap<PredictionId, CategoryId>, id: PredictionId | null): CategoryId | null =>
  id === null ? null : (categories.get(id) ?? null);

function refOf({ kind, iou, prediction, previous }: Change, image: ImageId): ChangeRef {
  const [before, now] = kind === 'died' ? [prediction, null] : [previous, prediction];
  return { kind, image, iou, before, now };
}
