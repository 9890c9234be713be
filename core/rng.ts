/**
 * Chance as an input: every random choice is a pure function of a seed and of named keys, so there is no generator state to save.
 * The generator is Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
 */
export interface Rng {
  /** Uniform in [0, 1) with 32 bits. */
  next(): number;
  /** Uniform in [from, to). */
  uniform(from: number, to: number): number;
  /** Uniform integer in 0..count-1; count is 1 or more. */
  integer(count: number): number;
  /** True with the given probability, 0..1. */
  chance(probability: number): boolean;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** The same items in random order (Fisher-Yates), as a new array. */
  shuffled<Item>(items: readonly Item[]): Item[];
}

/** A stream of its own for each (seed, keys): `stream(seed, 'copy-paste', round, step, slot)`. Streams do not disturb each other. */
export function stream(seed: number, ...keys: readonly (string | number)[]): Rng {
  const { low, high } = hashKeys(keys);
  return new CounterRng(new Uint32Array([seed >>> 0, 0x73656c66]), low, high);
}

/** A uint32 derived from a seed and keys, for tools that want a seed of their own. */
export function derivedSeed(seed: number, ...keys: readonly (string | number)[]): number {
  return Math.floor(stream(seed, ...keys).next() * 2 ** 32) >>> 0;
}

/** One Philox4x32-10 block: 128 random bits for a 128-bit counter under a 64-bit key. */
export function philox4x32(counter: Uint32Array, key: Uint32Array): Uint32Array {
  let [c0, c1, c2, c3] = counter as unknown as [number, number, number, number];
  let [k0, k1] = key as unknown as [number, number];
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return Uint32Array.of(c0, c1, c2, c3);
}

class CounterRng implements Rng {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  #block: Uint32Array = new Uint32Array(4);
  #used = 4;

  constructor(key: Uint32Array, low: number, high: number) {
    this.#key = key;
    this.#counter = Uint32Array.of(0, 0, low, high);
  }

  next(): number {
    if (this.#used === 4) {
      this.#block = philox4x32(this.#counter, this.#key);
      this.#counter[0]++;
      if (this.#counter[0] === 0) this.#counter[1]++;
      this.#used = 0;
    }
    return this.#block[this.#used++] / 2 ** 32;
  }

  uniform(from: number, to: number): number {
    return from + (to - from) * this.next();
  }

  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  shuffled<Item>(items: readonly Item[]): Item[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const pick = this.integer(last + 1);
      [result[last], result[pick]] = [result[pick] as Item, result[last] as Item];
    }
    return result;
  }
}

/** Upper 32 bits of a 32x32-bit product. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** 64 bits of FNV-1a in two lanes over the keys, each kind of key marked so that 1 and '1' differ. */
function hashKeys(keys: readonly (string | number)[]): { low: number; high: number } {
  let low = 0x811c9dc5;
  let high = 0x9dc5811c;
  for (const key of keys) {
    const text = typeof key === 'number' ? `#${key}` : `$${key}`;
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : 0x1f;
      low = Math.imul(low ^ code, 0x01000193) >>> 0;
      high = Math.imul(high ^ (code + at), 0x85ebca6b) >>> 0;
      high = ((high << 13) | (high >>> 19)) >>> 0;
    }
  }
  return { low, high };
}
