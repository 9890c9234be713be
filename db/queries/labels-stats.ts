import type { CategoryId } from '../../core/index.ts';
import type { AttemptCounts } from '../labeling.ts';
import type { SelectionCounts } from '../pseudo-labels.ts';
import type { RunDatabase } from '../run-database.ts';

/** Scores are counted in 20 bins of 0.05; a score of 1 is in the last. */
export const SCORE_BINS = 20;

/** What a teacher said of a category in a round, and what became of it. */
export interface CategoryStats {
  readonly category: CategoryId;
  readonly name: string;
  /** Above the floor. */
  readonly predictions: number;
  readonly meanScore: number | null;
  /** Predictions by score: bin i holds scores in [i/20, (i+1)/20). */
  readonly histogram: readonly number[];
  readonly kept: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** The pseudo-label database of a round in numbers. */
export interface LabelStats {
  readonly round: number;
  readonly images: AttemptCounts;
  readonly selection: SelectionCounts;
  /** One a category of the run, by class index, also where it has no prediction. */
  readonly categories: readonly CategoryStats[];
}

interface ScoreRow {
  readonly category: CategoryId;
  readonly bin: number;
  readonly predictions: number;
  readonly scoreSum: number;
}

interface DecisionRow {
  readonly category: CategoryId;
  readonly status: 'kept' | 'dropped';
  readonly reason: string;
  readonly predictions: number;
}

/** Reads sums that the database keeps, so it takes milliseconds however many predictions there are. */
export function labelStats(db: RunDatabase, round: number): LabelStats {
  const scores = byCategory(scoreRows(db, round));
  const decisions = byCategory(decisionRows(db, round));
  return {
    round,
    images: db.labeling.counts(round),
    selection: db.pseudoLabels.counts(round),
    categories: db.categories.all().map(({ id, name }) => ({
      category: id,
      name,
      ...scoreStats(scores.get(id) ?? []),
      ...decisionStats(decisions.get(id) ?? []),
    })),
  };
}

function scoreRows(db: RunDatabase, round: number): ScoreRow[] {
  return db.connection.all<ScoreRow>(
    'SELECT category_id AS category, bin, predictions, score_sum AS scoreSum FROM score_counts WHERE round = ? ORDER BY category_id, bin',
    [round],
  );
}

function decisionRows(db: RunDatabase, round: number): DecisionRow[] {
  return db.connection.all<DecisionRow>(
    `SELECT category_id AS category, status, reason, predictions FROM selection_counts WHERE round = ? AND predictions > 0
     ORDER BY category_id, status, reason`,
    [round],
  );
}

function byCategory<Row extends { readonly category: CategoryId }>(rows: readonly Row[]): ReadonlyMap<CategoryId, readonly Row[]> {
  const groups = new Map<CategoryId, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.category);
    if (group) group.push(row);
    else groups.set(row.category, [row]);
  }
  return groups;
}

function scoreStats(rows: readonly ScoreRow[]): Pick<CategoryStats, 'predictions' | 'meanScore' | 'histogram'> {
  const histogram = new Array<number>(SCORE_BINS).fill(0);
  let scoreSum = 0;
  for (const row of rows) {
    histogram[row.bin] = row.predictions;
    scoreSum += row.scoreSum;
  }
  const predictions = histogram.reduce((sum, count) => sum + count, 0);
  return { predictions, meanScore: predictions > 0 ? scoreSum / predictions : null, histogram };
}

function decisionStats(rows: readonly DecisionRow[]): Pick<CategoryStats, 'kept' | 'dropped'> {
  const dropped = rows.filter(({ status }) => status === 'dropped');
  return {
    kept: rows.filter(({ status }) => status === 'kept').reduce((sum, { predictions }) => sum + predictions, 0),
    dropped: Object.fromEntries(dropped.map(({ reason, predictions }) => [reason, predictions])),
  };
}
