import { batch, signal } from '@preact/signals';
import type { LabelPage, LabelQuery, LabelTile } from '../../contract/labels.ts';
import { read } from '../client.ts';
import { fullName } from './label-words.ts';

const PAGE = 96;
const MOST_PAGES = 60;

/** How long the list is; null before anything is known. */
export interface ListLength {
  readonly labels: number;
  readonly exact: boolean;
}

interface Page {
  readonly tiles: readonly LabelTile[];
  /** What was written here when it was asked for. */
  readonly known: number;
}

/** A list of labels, of which the pages around what is seen are held here. */
export class TileSource {
  readonly length = signal<ListLength | null>(null);
  readonly problem = signal<Error | null>(null);
  /** Whether another list was asked for; until it comes, the one before is here. */
  readonly waiting = signal(false);
  /** Another number whenever tiles have come. */
  readonly arrivals = signal(0);
  readonly #pages = new Map<number, Page>();
  readonly #writes: () => number;
  readonly #loading = new Map<number, AbortController>();
  #query: LabelQuery = {};
  #list: string | null = null;
  #open = new AbortController();

  /** @param writes how many decisions of this page the server has written */
  constructor(writes: () => number) {
    this.#writes = writes;
  }

  tile(place: number): LabelTile | null {
    return this.#pages.get(Math.floor(place / PAGE))?.tiles[place % PAGE] ?? null;
  }

  /** How many decisions of this page were written when the tile was asked for. */
  knownAt(place: number): number {
    return this.#pages.get(Math.floor(place / PAGE))?.known ?? 0;
  }

  /** Names of the labels from a place to another one, both included; null where a tile of them is not here. */
  namesHere(from: number, to: number): readonly string[] | null {
    const names: string[] = [];
    for (let place = from; place <= to; place++) {
      const tile = this.tile(place);
      if (tile === null) return null;
      names.push(fullName(tile));
    }
    return names;
  }

  /** The same, asked of the server; null where the list that is shown is not there any more. Throws as `read`. */
  async names(from: number, to: number): Promise<readonly string[] | null> {
    const list = this.#list;
    if (list === null) return null;
    const count = to - from + 1;
    const answer = await read('/api/labels/names', { ...this.#query, list, from, count }, this.#open.signal);
    return answer.list === list && answer.names.length === count ? answer.names : null;
  }

  /**
   * Begins another list.
   * @param label its name, if the list shall be shown there
   * @param arrive called once the list is here, in the place of the one before
   * @returns the place of that label, or null; undefined where another list was begun meanwhile
   */
  async begin(query: LabelQuery, label: string | null, arrive: () => void): Promise<number | null | undefined> {
    this.close();
    this.#open = new AbortController();
    this.#query = query;
    this.#list = null;
    this.problem.value = null;
    this.waiting.value = true;
    const { signal: open } = this.#open;
    const known = this.#writes();
    try {
      const first = await read('/api/labels', { ...query, from: 0, count: PAGE }, open);
      batch(() => {
        this.#pages.clear();
        this.length.value = null;
        this.#list = first.list;
        this.#keep(0, first, known);
        this.waiting.value = false;
        arrive();
      });
      return await this.#locate(label, first.exact, open);
    } catch (error) {
      if (open.aborted) return undefined;
      this.waiting.value = false;
      this.problem.value = error as Error;
      return null;
    }
  }

  async #locate(label: string | null, exact: boolean, open: AbortSignal): Promise<number | null> {
    if (label === null && exact) return null;
    const { place, labels } = await read('/api/labels/place', { ...this.#query, list: this.#list, label }, open);
    this.length.value = { labels, exact: true };
    return place;
  }

  /** Asks for the tiles of these places, and for no others any more. */
  want(from: number, to: number): void {
    if (this.#list === null) return;
    const pages = Array.from({ length: Math.floor(to / PAGE) - Math.floor(from / PAGE) + 1 }, (_, at) => Math.floor(from / PAGE) + at);
    for (const [page, asked] of this.#loading) if (!pages.includes(page)) asked.abort();
    for (const page of pages) if (!this.#pages.has(page) && !this.#loading.has(page)) void this.#load(page);
    this.#forgetFarFrom(pages[0] ?? 0);
  }

  /** Asks again for the tiles of these places, which stay as they are until the answer comes; the others are asked for when they are wanted. */
  renew(from: number, to: number): void {
    const [first, last] = [Math.floor(from / PAGE), Math.floor(to / PAGE)];
    for (const page of this.#pages.keys()) if (page < first || page > last) this.#pages.delete(page);
    for (const page of this.#pages.keys()) {
      this.#loading.get(page)?.abort();
      void this.#load(page);
    }
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#open.abort();
    for (const asked of this.#loading.values()) asked.abort();
    this.#loading.clear();
  }

  /** Nobody looks any more; who comes back begins anew. */
  forget(): void {
    this.close();
    this.#list = null;
    this.#pages.clear();
    this.length.value = null;
  }

  async #load(page: number): Promise<void> {
    const asked = new AbortController();
    this.#loading.set(page, asked);
    const known = this.#writes();
    try {
      const answer = await read('/api/labels', { ...this.#query, list: this.#list, from: page * PAGE, count: PAGE }, asked.signal);
      if (asked.signal.aborted) return;
      // The server has forgotten the list, and made it anew: what is here is of the old one.
      if (answer.list !== this.#list) this.#pages.clear();
      this.#list = answer.list;
      this.#keep(page, answer, known);
    } catch (error) {
      if (!asked.signal.aborted) this.problem.value = error as Error;
    } finally {
      if (this.#loading.get(page) === asked) this.#loading.delete(page);
    }
  }

  #keep(page: number, { labels, exact, tiles }: LabelPage, known: number): void {
    this.#pages.set(page, { tiles, known });
    if (exact || this.length.peek()?.exact !== true) this.length.value = { labels, exact };
    this.arrivals.value++;
  }

  #forgetFarFrom(page: number): void {
    if (this.#pages.size <= MOST_PAGES) return;
    const farthest = [...this.#pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
    for (const one of farthest.slice(0, this.#pages.size - MOST_PAGES)) this.#pages.delete(one);
  }
}
