type Numbers = Float64Array | Uint32Array | Uint16Array;

/** A typed array that grows by doubling. */
export class Growing<Items extends Numbers> {
  readonly #make: new (
    length: number,
  ) => Items;
  #items: Items;
  #length = 0;

  constructor(make: new (length: number) => Items) {
    this.#make = make;
    this.#items = new make(16);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const larger = new this.#make(this.#length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.#length++] = value;
  }

  /** What was pushed; a view that the next push may leave behind. */
  values(): Items {
    return this.#items.subarray(0, this.#length) as Items;
  }
}
