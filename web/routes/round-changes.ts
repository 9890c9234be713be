import type { CategoryId, ChangeKind, ImageId, PredictionId } from '../../core/index.ts';
import { diffRounds, type LabelLine, listLabels, type RunDatabase, reclassified } from '../../db/index.ts';
import { labelChanges } from '../../pseudo/index.ts';
import type { CountedChange } from '../contract/compare.ts';

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

/** So many examples are shown. */
export const EXAMPLES = 24;

/** What became of the labels of a round in a later one. */
export interface RoundChanges {
  readonly counts: readonly CountedChange[];
  /** Those worth a look first; one more than {@link EXAMPLES} where there are more. */
  examples(filter: ChangeFilter): readonly ChangeRef[];
}

/** Whether a change is told by two masks. */
export const isCompared = (kind: ChangeKind): boolean => kind !== 'born' && kind !== 'died';

/** Consecutive rounds were compared when the later one was selected, so that only rows are counted. */
export function consecutiveChanges(db: RunDatabase, to: number): RoundChanges {
  const { categories } = diffRounds(db, to - 1, to, labelChanges);
  const counts = categories.flatMap(({ category, kinds }) =>
    (Object.entries(kinds) as [ChangeKind, number][])
      .filter(([kind, labels]) => kind !== 'reclassified' && labels > 0)
      .map(([kind, labels]): CountedChange => ({ kind, ...classesOf(kind, category, category), labels })),
  );
  const turned = reclassified(db, to).map((turn): CountedChange => ({ kind: 'reclassified', ...turn }));
  return { counts: [...counts, ...turned], examples: (filter) => storedExamples(db, to, filter) };
}

const classesOf = (kind: ChangeKind, before: CategoryId | null, now: CategoryId | null) => ({
  before: kind === 'born' ? null : before,
  now: kind === 'died' ? null : now,
});

/** So many labels are read at once, and at most so many pages of them for a pair of classes. */
const PAGE = 100;
const MOST_PAGES = 50;

function storedExamples(db: RunDatabase, round: number, { kind, before, now }: ChangeFilter): ChangeRef[] {
  const category = kind === 'died' ? before : now;
  const filter = { round, change: kind, ...(category === undefined ? {} : { category }) };
  // Where two masks are compared, those that fit least are worth a look; else those that were surest.
  const order = isCompared(kind) ? 'most-changed' : 'score-desc';
  const was = (ref: ChangeRef) => kind !== 'reclassified' || before === undefined || categoryBefore(db, round, ref) === before;
  const found: ChangeRef[] = [];
  let after: LabelLine | undefined;
  for (let pages = 0; pages < MOST_PAGES && found.length <= EXAMPLES; pages++) {
    const lines = listLabels(db, filter, order, PAGE, after);
    found.push(...lines.map((line) => storedRef(line, kind)).filter(was));
    after = lines.at(-1);
    if (lines.length < PAGE) break;
  }
  return found.slice(0, EXAMPLES + 1);
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
