import {
  type CategoryId,
  CHANGE_KINDS,
  type Change,
  type ChangeKind,
  expectation,
  type ImageId,
  SelfpasteError,
} from '../../core/index.ts';
import { inPages } from '../paging.ts';
import type { RunDatabase } from '../run-database.ts';
import { type KeptInTurn, keptInTurn } from './label-turns.ts';

/** Says what became of the labels of an image (`labelChanges` of `pseudo/`). */
export type CompareLabels = (kept: KeptInTurn) => readonly Change[];

export type ChangeCounts = Readonly<Record<ChangeKind, number>>;

/** Labels by what became of them, in all and by category. */
export interface RoundDiff {
  readonly from: number;
  readonly to: number;
  readonly kinds: ChangeCounts;
  /** Categories with a change, by id; a label that changed its category counts under the new one. */
  readonly categories: readonly { readonly category: CategoryId; readonly kinds: ChangeCounts }[];
}

/** A change with its image. */
export interface ChangeLine extends Change {
  readonly image: ImageId;
}

interface CountRow {
  readonly category: CategoryId;
  readonly kind: ChangeKind;
  readonly labels: number;
}

/**
 * What became of the pseudo-labels of a round in a later one. Consecutive rounds were compared when the later one was selected, so that
 * only rows are counted. For others, lineage is followed through the rounds between and the masks of every image are compared now: exact,
 * in little memory, and some milliseconds an image.
 * @param compare for rounds that are not consecutive
 * @throws SelfpasteError USAGE_ROUND_ORDER where `from` is not before `to`
 */
export function diffRounds(db: RunDatabase, from: number, to: number, compare: CompareLabels): RoundDiff {
  const rows = isStored(from, to) ? storedCounts(db, to) : comparedCounts(db, from, to, compare);
  const kinds = noChanges();
  const categories = new Map<CategoryId, Record<ChangeKind, number>>();
  for (const { category, kind, labels } of rows) {
    const own = categories.get(category) ?? noChanges();
    categories.set(category, own);
    own[kind] += labels;
    kinds[kind] += labels;
  }
  return { from, to, kinds, categories: [...categories].sort(([a], [b]) => a - b).map(([category, own]) => ({ category, kinds: own })) };
}

/**
 * The labels of one kind: of consecutive rounds by overlap, least first; of others by image, at the price of {@link diffRounds}.
 * The caller may stop, wait or write between two of them.
 */
export function* listChanges(db: RunDatabase, from: number, to: number, kind: ChangeKind, compare: CompareLabels): Generator<ChangeLine> {
  if (isStored(from, to)) yield* storedChanges(db, to, kind);
  else for (const change of comparedChanges(db, from, to, compare)) if (change.kind === kind) yield change;
}

const noChanges = (): Record<ChangeKind, number> => ({ born: 0, kept: 0, reclassified: 0, grew: 0, shrank: 0, died: 0 });

function isStored(from: number, to: number): boolean {
  if (from < to) return to === from + 1;
  throw new SelfpasteError(
    'USAGE_ROUND_ORDER',
    expectation('the first round', `a round before ${to}`, from),
    'name the earlier round first',
  );
}

/** Sums that triggers keep; what died is marked where it was a label. */
function storedCounts(db: RunDatabase, to: number): CountRow[] {
  return CHANGE_KINDS.flatMap((kind) =>
    db.connection.all<CountRow>(
      `SELECT category_id AS category, mark AS kind, predictions AS labels FROM mark_counts
       WHERE round = ? AND mark = ? AND predictions > 0 ORDER BY category_id`,
      [kind === 'died' ? to - 1 : to, kind],
    ),
  );
}

function* comparedCounts(db: RunDatabase, from: number, to: number, compare: CompareLabels): Generator<CountRow> {
  for (const { category, kind } of comparedChanges(db, from, to, compare)) yield { category, kind, labels: 1 };
}

function* comparedChanges(db: RunDatabase, from: number, to: number, compare: CompareLabels): Generator<ChangeLine> {
  for (const kept of keptInTurn(db, from, to))
    for (const change of compare(kept))
      if (change.kind !== 'died' || kept.standing.has(change.prediction)) yield { ...change, image: kept.image.id };
}

const PAGE = 500;

function storedChanges(db: RunDatabase, round: number, kind: ChangeKind): Generator<ChangeLine> {
  return inPages((after: ChangeLine | undefined) =>
    db.connection.all<ChangeLine>(
      `SELECT kind, iou, prediction_id AS prediction, previous_id AS previous, category_id AS category, image_id AS image
       FROM label_changes NOT INDEXED WHERE round = ? AND kind = ? AND (iou, prediction_id) > (?, ?) ORDER BY iou, prediction_id LIMIT ?`,
      [round, kind, after?.iou ?? -1, after?.prediction ?? 0, PAGE],
    ),
  );
}
