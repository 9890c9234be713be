interface Ranked<Item> {
  readonly rank: number;
  readonly item: Item;
}

/** Of however many items come, the few of least rank; of equal ones those that came first. */
export class LeastRanked<Item> {
  readonly #most: number;
  readonly #kept: Ranked<Item>[] = [];

  /** @param most items that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The least one first. */
  get items(): readonly Item[] {
    return this.#kept.map(({ item }) => item);
  }

  add(rank: number, item: Item): void {
    const at = this.#kept.findLastIndex((kept) => kept.rank <= rank) + 1;
    if (at === this.#most) return;
    this.#kept.splice(at, 0, { rank, item });
    if (this.#kept.length > this.#most) this.#kept.pop();
  }

  /** Adds all that another one kept. */
  addAll(other: LeastRanked<Item>): void {
    for (const { rank, item } of other.#kept) this.add(rank, item);
  }
}
