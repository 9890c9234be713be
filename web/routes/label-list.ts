import { type PredictionId, predictionId } from '../../core/index.ts';
import {
  countLabels,
  type DrawableLabel,
  type DrawnLine,
  drawableLabels,
  type LabelFilter,
  type LabelOrder,
  labelKeyChunks,
  listDrawn,
  listLabels,
  type RunDatabase,
} from '../../db/index.ts';
import type { Site } from '../site.ts';
import { inTurns } from './in-turns.ts';
import type { AskedLabels } from './label-query.ts';
import { LabelRanks } from './label-ranks.ts';

/** How many labels a list has, or at least has. */
export interface ListLength {
  readonly labels: number;
  readonly exact: boolean;
}

/** A list as it was when it was first asked for, any part of which is there at once. */
export interface LabelList {
  readonly of: AskedLabels['of'];
  readonly round: number | null;
  /** What is known of its length now. */
  length(): ListLength;
  part(from: number, count: number): Promise<ListPart>;
  /** What labels are called: `p12`, `d3`. */
  names(from: number, count: number): Promise<readonly string[]>;
  /** Where a label stands; null where it is not in it. */
  placeOf(id: number): Promise<number | null>;
  /** Nobody asks any more. */
  close(): void;
}

export type ListPart =
  | { readonly of: 'prediction'; readonly labels: readonly DrawableLabel[] }
  | { readonly of: 'drawn'; readonly labels: readonly DrawnLine[] };

export const openList = (site: Site, asked: AskedLabels): LabelList =>
  asked.of === 'drawn' ? drawnList(site, asked) : new PredictionList(site, asked.filter, asked.order);

/** People draw few. */
function drawnList(site: Site, { filter, order }: Extract<AskedLabels, { readonly of: 'drawn' }>): LabelList {
  const labels = site.read((db) => listDrawn(db, filter, order, Number.MAX_SAFE_INTEGER));
  return {
    of: 'drawn',
    round: null,
    length: () => ({ labels: labels.length, exact: true }),
    part: async (from, count) => ({ of: 'drawn', labels: labels.slice(from, from + count) }),
    names: async (from, count) => labels.slice(from, from + count).map(({ drawn }) => `d${drawn}`),
    placeOf: async (id) =>
      placeIn(
        labels.map(({ drawn }) => drawn),
        id,
      ),
    close: () => {},
  };
}

const placeIn = (ids: readonly number[] | Uint32Array, id: number): number | null => {
  const place = ids.indexOf(id);
  return place < 0 ? null : place;
};

/** Who looks at a list for so long is likely to scroll: all of it is sorted before it is asked for. */
const SOON_MS = 400;
/** Until all is sorted, what stands first is read by key. */
const FIRST = 480;

/** Ids of predictions in their order: a column in memory, as pages by key lead to no place but the next one. */
class PredictionList implements LabelList {
  readonly of = 'prediction';
  readonly round: number | null;
  readonly #site: Site;
  readonly #filter: LabelFilter;
  readonly #order: LabelOrder;
  readonly #ranks: LabelRanks;
  readonly #closing = new AbortController();
  #ids: Promise<Uint32Array> | null = null;
  readonly #soon: NodeJS.Timeout;
  #sorted: Uint32Array | null = null;
  readonly #count: ListLength;

  constructor(site: Site, filter: LabelFilter, order: LabelOrder) {
    this.round = filter.line === undefined ? filter.round : null;
    this.#site = site;
    this.#filter = filter;
    this.#order = order;
    this.#ranks = new LabelRanks(order);
    this.#count = site.read((db) => countIn(db, filter, order));
    this.#soon = setTimeout(() => void this.#column(), SOON_MS).unref();
  }

  length(): ListLength {
    if (this.#sorted) return { labels: this.#sorted.length, exact: true };
    return this.#count.exact ? this.#count : { labels: Math.max(this.#count.labels, this.#ranks.labels), exact: false };
  }

  async part(from: number, count: number): Promise<ListPart> {
    if (this.#sorted === null && from + count <= FIRST) return this.#first(from, count);
    const ids = await this.#column();
    return this.#site.read((db) => ({
      of: 'prediction',
      labels: drawableLabels(db, Array.from(ids.subarray(from, from + count), predictionId)),
    }));
  }

  async names(from: number, count: number): Promise<readonly string[]> {
    return Array.from((await this.#column()).subarray(from, from + count), (id) => `p${id}`);
  }

  async placeOf(id: number): Promise<number | null> {
    return placeIn(await this.#column(), id);
  }

  close(): void {
    clearTimeout(this.#soon);
    this.#closing.abort();
  }

  #first(from: number, count: number): ListPart {
    const ids = this.#site.read((db): PredictionId[] => listLabels(db, this.#filter, this.#order, from + count).map(({ id }) => id));
    return this.#site.read((db) => ({ of: 'prediction', labels: drawableLabels(db, ids.slice(from)) }));
  }

  #column(): Promise<Uint32Array> {
    if (this.#ids === null) {
      this.#ids = this.#sort();
      // Who waits for it is told; nobody may.
      this.#ids.catch(() => {});
    }
    return this.#ids;
  }

  async #sort(): Promise<Uint32Array> {
    const chunks = this.#site.read((db) => labelKeyChunks(db, this.#filter, this.#order));
    await inTurns(chunks, (keys) => this.#ranks.add(keys), this.#closing.signal);
    this.#sorted = this.#ranks.sorted();
    return this.#sorted;
  }
}

/** Two orders list only a part of what their filter has. */
function countIn(db: RunDatabase, filter: LabelFilter, order: LabelOrder): ListLength {
  const { labels, exact } = countLabels(db, filter);
  return order === 'most-changed' || order === 'likely-wrong' ? { labels: 0, exact: false } : { labels, exact };
}
