import type { CategoryId } from '../../core/index.ts';
import { AREA_BANDS, areaBandOf } from '../area-bands.ts';
import type { AttemptCounts } from '../labeling.ts';
import type { SelectionCounts } from '../pseudo-labels.ts';
import type { RunDatabase } from '../run-database.ts';

/** Scores are counted in 20 bins of 0.05; a score of 1 is in the last. */
export const SCORE_BINS = 20;

/** A round's labels, kept and drawn ones, beside the human labels of the labeled subset; null where there is nothing to divide by. */
export interface HumanComparison {
  /** Labels an image that has a selection. */
  readonly labelsPerImage: number | null;
  /** Human labels an image of the labeled subset. */
  readonly humanPerImage: number | null;
  /** Of all labels of the round, 0..1. */
  readonly share: number | null;
  /** Of all human labels, 0..1. */
  readonly humanShare: number | null;
}

/** What a teacher said of a category in a round, and what became of it. */
export interface CategoryStats extends HumanComparison {
  readonly category: CategoryId;
  readonly name: string;
  /** Above the floor. */
  readonly predictions: number;
  readonly meanScore: number | null;
  /** Predictions by score: bin i holds scores in [i/20, (i+1)/20). */
  readonly histogram: readonly number[];
  readonly kept: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** What people drew or corrected. */
  readonly drawn: number;
  /** Human labels of the labeled subset, crowd regions left out. */
  readonly truths: number;
  /** One a band of {@link AREA_BANDS}. */
  readonly areas: readonly AreaCounts[];
}

/** Predictions of a band of areas, those that were kept, what people drew or corrected, and human labels. */
export interface AreaCounts {
  readonly predictions: number;
  readonly kept: number;
  readonly drawn: number;
  readonly truths: number;
}

/** The pseudo-label database of a round in numbers. */
export interface LabelStats {
  readonly round: number;
  readonly images: AttemptCounts;
  readonly selection: SelectionCounts;
  readonly labelsPerImage: number | null;
  readonly humanPerImage: number | null;
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

interface AreaRow extends AreaCounts {
  readonly category: CategoryId;
  readonly band: number;
}

/** Reads sums that the database keeps, so it takes milliseconds however many predictions there are. */
export function labelStats(db: RunDatabase, round: number): LabelStats {
  return db.connection.view(() => {
    const selection = db.pseudoLabels.counts(round);
    const images = { selected: selection.withLabels + selection.withoutLabels, labeled: db.images.count().labeled };
    const counts = categoryCounts(db, round);
    const all: Labels = {
      kept: sum(counts.map(({ kept }) => kept)),
      drawn: sum(counts.map(({ drawn }) => drawn)),
      truths: sum(counts.map(({ truths }) => truths)),
    };
    const { labelsPerImage, humanPerImage } = compared(all, all, images);
    const categories = counts.map((one) => ({ ...one, ...compared(one, all, images) }));
    return { round, images: db.labeling.counts(round), selection, labelsPerImage, humanPerImage, categories };
  });
}

function categoryCounts(db: RunDatabase, round: number): Omit<CategoryStats, keyof HumanComparison>[] {
  const scores = byCategory(scoreRows(db, round));
  const decisions = byCategory(decisionRows(db, round));
  const areas = byCategory([...areaRows(db, round), ...drawnRows(db, round)]);
  return db.categories.all().map(({ id, name }) => ({
    category: id,
    name,
    ...scoreStats(scores.get(id) ?? []),
    ...decisionStats(decisions.get(id) ?? []),
    ...areaStats(areas.get(id) ?? []),
  }));
}

interface Labels {
  readonly kept: number;
  readonly drawn: number;
  readonly truths: number;
}

function compared(own: Labels, all: Labels, images: { readonly selected: number; readonly labeled: number }): HumanComparison {
  return {
    labelsPerImage: quotient(own.kept + own.drawn, images.selected),
    humanPerImage: quotient(own.truths, images.labeled),
    share: quotient(own.kept + own.drawn, all.kept + all.drawn),
    humanShare: quotient(own.truths, all.truths),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const quotient = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

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

function areaRows(db: RunDatabase, round: number): AreaRow[] {
  return db.connection.all<AreaRow>(
    `SELECT category_id AS category, band, sum(predictions) AS predictions, sum(kept) AS kept, sum(truths) AS truths, 0 AS drawn FROM (
       SELECT category_id, band, predictions, kept, 0 AS truths FROM area_counts WHERE round = ?
       UNION ALL SELECT category_id, band, 0, 0, truths FROM truth_counts WHERE subset = 'labeled'
     ) GROUP BY category_id, band ORDER BY category_id, band`,
    [round],
  );
}

/** What people do by hand is few enough to be counted. */
function drawnRows(db: RunDatabase, round: number): AreaRow[] {
  return db.connection
    .all<{ category: CategoryId; areaPx2: number }>(
      `SELECT v.category_id AS category, v.area_px2 AS areaPx2 FROM drawn_labels d CROSS JOIN verdicts v ON v.id = d.verdict_id
       WHERE d.round = ? ORDER BY d.image_id, d.verdict_id`,
      [round],
    )
    .map(({ category, areaPx2 }) => ({ category, band: areaBandOf(areaPx2), predictions: 0, kept: 0, drawn: 1, truths: 0 }));
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
  for (const row of rows) histogram[row.bin] = row.predictions;
  const predictions = sum(histogram);
  return { predictions, meanScore: quotient(sum(rows.map(({ scoreSum }) => scoreSum)), predictions), histogram };
}

function decisionStats(rows: readonly DecisionRow[]): Pick<CategoryStats, 'kept' | 'dropped'> {
  const dropped = rows.filter(({ status }) => status === 'dropped');
  return {
    kept: sum(rows.filter(({ status }) => status === 'kept').map(({ predictions }) => predictions)),
    dropped: Object.fromEntries(dropped.map(({ reason, predictions }) => [reason, predictions])),
  };
}

function areaStats(rows: readonly AreaRow[]): Pick<CategoryStats, 'drawn' | 'truths' | 'areas'> {
  const areas = AREA_BANDS.map(() => ({ predictions: 0, kept: 0, drawn: 0, truths: 0 }));
  for (const { band, predictions, kept, drawn, truths } of rows) {
    areas[band].predictions += predictions;
    areas[band].kept += kept;
    areas[band].drawn += drawn;
    areas[band].truths += truths;
  }
  return { drawn: sum(areas.map(({ drawn }) => drawn)), truths: sum(areas.map(({ truths }) => truths)), areas };
}
