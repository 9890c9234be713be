import {
  AREA_BANDS,
  areaBandOf,
  type CategoryRow,
  dataVersion,
  type LabelCubeCell,
  labelCube,
  listDrawn,
  listedBy,
  type RunDatabase,
  SCORE_BINS,
  selectionReasons,
} from '../../db/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { type LabelCounts, type LabelQuery, ORDERS_OF_SOME } from '../contract/labels.ts';
import type { Site } from '../site.ts';
import { inTurns } from './in-turns.ts';
import { type AskedLabels, labelQueryOf } from './label-query.ts';
import { labeledRounds } from './labeled-rounds.ts';

/** Cells that are remembered, of all answers together. */
const MOST_CELLS = 500_000;

/** Counts labels by class, score and area for whatever else a query says, and remembers it until the database changes. */
export class CountedLabels {
  readonly #site: Site;
  readonly #known = new BoundedCache<string, LabelCounts>(MOST_CELLS);

  constructor(site: Site) {
    this.#site = site;
  }

  /** @throws SelfpasteError as {@link labelQueryOf}, and the signal's reason */
  async of({ category: _, score: __, area: ___, order = '', ...filters }: LabelQuery, signal: AbortSignal): Promise<LabelCounts> {
    const query = Object.hasOwn(ORDERS_OF_SOME, order) ? { ...filters, order } : filters;
    const key = JSON.stringify([query, this.#site.read(dataVersion)]);
    const known = this.#known.get(key);
    if (known) return known;
    const asked = this.#site.read((db) => labelQueryOf(db, query));
    const cells: LabelCubeCell[] = [];
    await inTurns(
      this.#site.read((db) => cubeOf(db, asked)),
      (some) => cells.push(...some),
      signal,
    );
    const counts = this.#site.read((db) => countsOf(db, asked, cells));
    this.#known.set(key, counts, 1 + counts.cells.length);
    return counts;
  }
}

function* cubeOf(db: RunDatabase, asked: AskedLabels): Generator<readonly LabelCubeCell[]> {
  if (asked.of === 'drawn') yield drawnCells(db, asked);
  else for (const filter of listedBy(asked.filter, asked.order)) yield* labelCube(db, filter);
}

/** What people drew has no score. */
const drawnCells = (db: RunDatabase, { filter, order }: Extract<AskedLabels, { readonly of: 'drawn' }>): LabelCubeCell[] =>
  listDrawn(db, filter, order, Number.MAX_SAFE_INTEGER).map(({ category, areaPx2 }) => ({
    category,
    bin: 0,
    band: areaBandOf(areaPx2),
    labels: 1,
  }));

function countsOf(db: RunDatabase, asked: AskedLabels, cells: readonly LabelCubeCell[]): LabelCounts {
  const classes = db.categories.all();
  return {
    classes: classes.map(({ name, classIndex }) => ({ name, classIndex })),
    scoreBins: SCORE_BINS,
    areaFromPx2: AREA_BANDS.map(({ fromPx2 }) => fromPx2),
    cells: summed(classes, cells),
    reasons: asked.of === 'prediction' ? selectionReasons(db, asked.filter.round) : [],
    rounds: labeledRounds(db),
  };
}

/** Several parts of an index have labels of the same class, bin and band. */
function summed(classes: readonly CategoryRow[], cells: readonly LabelCubeCell[]): LabelCounts['cells'] {
  const places = new Map(classes.map(({ id }, place) => [id, place]));
  const sums = new Map<number, number>();
  for (const { category, bin, band, labels } of cells) {
    const key = ((places.get(category) ?? 0) * SCORE_BINS + bin) * AREA_BANDS.length + band;
    sums.set(key, (sums.get(key) ?? 0) + labels);
  }
  return [...sums].map(([key, labels]) => {
    const [rest, band] = [Math.floor(key / AREA_BANDS.length), key % AREA_BANDS.length];
    return [Math.floor(rest / SCORE_BINS), rest % SCORE_BINS, band, labels];
  });
}
