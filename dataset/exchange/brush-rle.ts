/**
 * Label Studio's brush masks: the bytes of a row-major RGBA picture, packed by thi.ng/rle-pack. A header of 32 bits for the number of bytes, 5 for
 * the word size less one and four times 4 for the bits of run lengths less one; then blocks, each a bit (1 a run of one value, 0 single values),
 * two bits for which of the four sizes, the length less one, and the value or values. Only the alpha channel says what is in the mask.
 * Sources: https://labelstud.io/tags/brush, https://github.com/thi-ng/umbrella (packages/rle-pack)
 */
import { areaOf, type BitMask, badValue, type Rle, type Size } from '../../core/index.ts';
import { rowCounts } from './placed-masks.ts';

const CHANNELS = 4;
const LENGTH_BITS = [3, 4, 8, 16];
const LONGEST = 2 ** 16;

/** A mask as Label Studio's own converter packs it: every channel is 255 inside it. */
export function packBrush(mask: Rle): number[] {
  const { width, height } = mask.size;
  const bits = new BitWriter();
  bits.write(areaOf(mask.size) * CHANNELS, 32);
  bits.write(7, 5);
  for (const length of LENGTH_BITS) bits.write(length - 1, 4);
  for (const [run, count] of rowCounts(mask, { x1: 0, y1: 0, x2: width, y2: height }).entries())
    writeRun(bits, count * CHANNELS, run % 2 === 1 ? 255 : 0);
  return bits.bytes();
}

function writeRun(bits: BitWriter, length: number, value: number): void {
  for (let rest = length; rest > 0; rest -= LONGEST) {
    const part = Math.min(rest, LONGEST);
    const kind = LENGTH_BITS.findIndex((size) => part <= 2 ** size);
    bits.write(1, 1);
    bits.write(kind, 2);
    bits.write(part - 1, LENGTH_BITS[kind]);
    bits.write(value, 8);
  }
}

/** The mask that is not transparent; null for numbers that are no brush mask of this size. Nothing is allocated by the claimed number. */
export function unpackBrush(packed: readonly number[], size: Size): BitMask | null {
  const bits = new BitReader(packed);
  const total = bits.read(32);
  const wordBits = bits.read(5) + 1;
  if (total !== areaOf(size) * CHANNELS || wordBits !== 8) return null;
  const lengthBits = LENGTH_BITS.map(() => bits.read(4) + 1);
  const data = new Uint8Array(areaOf(size));
  for (let at = 0; at < total; ) {
    const isRun = bits.read(1) === 1;
    const end = at + 1 + bits.read(lengthBits[bits.read(2)]);
    if (end > total || bits.isAtEnd) return null;
    if (isRun) fillAlpha(data, at, end, bits.read(8));
    else for (let one = at; one < end; one++) fillAlpha(data, one, one + 1, bits.read(8));
    at = end;
  }
  return bits.isPastEnd ? null : { size, data };
}

/** Pixels whose alpha byte is one of the bytes `from` to `end`. */
function fillAlpha(data: Uint8Array, from: number, end: number, value: number): void {
  if (value !== 0) data.fill(1, Math.floor(from / CHANNELS), Math.floor(end / CHANNELS));
}

class BitWriter {
  readonly #bytes: number[] = [];
  #open = 0;
  #filled = 0;

  write(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit--) {
      this.#open = (this.#open << 1) | (Math.floor(value / 2 ** bit) & 1);
      if (++this.#filled === 8) {
        this.#bytes.push(this.#open);
        this.#open = this.#filled = 0;
      }
    }
  }

  /** All bytes, the last one filled up with zeros; one of zeros where nothing is to fill up, as Label Studio's converter has it. */
  bytes(): number[] {
    return [...this.#bytes, this.#open << (8 - this.#filled)];
  }
}

class BitReader {
  readonly #bytes: readonly number[];
  #at = 0;

  constructor(bytes: readonly number[]) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= 8 * this.#bytes.length;
  }

  get isPastEnd(): boolean {
    return this.#at > 8 * this.#bytes.length;
  }

  /** Zeros after the end. */
  read(bits: number): number {
    if (bits > 32) throw badValue('bits', 'at most 32', bits);
    let value = 0;
    for (let bit = 0; bit < bits; bit++, this.#at++) value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    return value;
  }
}
