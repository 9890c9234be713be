import { dataVersion } from '../../db/index.ts';
import type { LabelQuery } from '../contract/labels.ts';
import type { Site } from '../site.ts';
import { type LabelList, openList } from './label-list.ts';
import { labelQueryOf } from './label-query.ts';

/** Lists that are remembered: those of some people who look at some queries. A million labels take 16 MB. */
const LISTS = 6;

export interface NamedList {
  readonly name: string;
  readonly list: LabelList;
}

interface OpenList extends NamedList {
  readonly question: string;
  readonly version: number;
}

/** The lists that people look at. */
export class LabelLists {
  readonly #site: Site;
  #open: readonly OpenList[] = [];
  #opened = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /**
   * The list of that name, as it was, if it is still remembered; else that of the query as it is now.
   * @throws SelfpasteError as {@link labelQueryOf}
   */
  find(query: LabelQuery, name: string | undefined): NamedList {
    const question = JSON.stringify(query);
    const version = this.#site.read(dataVersion);
    const of = this.#open.filter((one) => one.question === question);
    const found = of.find((one) => one.name === name) ?? of.find((one) => one.version === version && name === undefined);
    const used = found ?? this.#begin(query, question, version);
    this.#remember(used);
    return used;
  }

  #begin(query: LabelQuery, question: string, version: number): OpenList {
    const asked = this.#site.read((db) => labelQueryOf(db, query));
    this.#opened++;
    return { name: String(this.#opened), question, version, list: openList(this.#site, asked) };
  }

  #remember(used: OpenList): void {
    const all = [used, ...this.#open.filter((one) => one !== used)];
    for (const { list } of all.slice(LISTS)) list.close();
    this.#open = all.slice(0, LISTS);
  }
}
