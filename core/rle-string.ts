import { expectation, SelfpasteError } from './errors.ts';
import type { Rle } from './mask.ts';
import { scratch } from './rle-runs.ts';
import { areaOf, type Size, showSize } from './size.ts';

/**
 * COCO's compressed text of run lengths. From the fourth run on, each is stored as its difference to the run two before, in groups of
 * five bits, lowest first; a character is 48 + group + 32 where more groups follow, and the last group's bit 4 is the sign.
 */
export function countsToString(counts: Uint32Array): string {
  const text = Buffer.allocUnsafe(counts.length * maxGroups);
  let length = 0;
  for (let run = 0; run < counts.length; run++) {
    let rest = run > 2 ? counts[run] - counts[run - 2] : counts[run];
    for (; rest < -16 || rest > 15; rest = Math.floor(rest / 32)) text[length++] = 48 + (rest & 31) + more;
    text[length++] = 48 + (rest & 31);
  }
  return text.toString('latin1', 0, length);
}

/** The reverse of {@link countsToString}. @throws DATA_BAD_RLE for text that is not such a string. */
export function countsFromString(text: string): Uint32Array {
  const counts = scratch(text.length);
  let length = 0;
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let weight = 1;
    let group = groupAt(text, at++);
    for (; group & more; group = groupAt(text, at++)) {
      value += (group & 31) * weight;
      weight *= 32;
    }
    value += ((group ^ 16) - 16) * weight;
    if (length > 2) value += counts[length - 2];
    if (!(value >= 0 && value <= 0xffffffff) || weight > maxWeight) throw badText(text);
    counts[length++] = value;
  }
  return counts.slice(0, length);
}

/** A mask from COCO's compressed text. Nothing is allocated by the claimed size. @throws DATA_BAD_RLE where the runs do not fill the image. */
export function fromString(size: Size, text: string): Rle {
  return filling(size, countsFromString(text));
}

/** A mask from COCO's uncompressed run lengths. @throws DATA_BAD_RLE where they are no integers of 0 or more that fill the image. */
export function fromCounts(size: Size, counts: readonly number[]): Rle {
  for (const count of counts) {
    if (Number.isInteger(count) && count >= 0 && count <= 0xffffffff) continue;
    throw new SelfpasteError('DATA_BAD_RLE', expectation('RLE counts', 'integers of 0 or more', count), hint);
  }
  return filling(size, Uint32Array.from(counts));
}

const hint = "check the annotation's segmentation: its counts belong to another image size or are damaged";
const sizeHint = "correct the annotation's size: it is that of its image";
/** Set in a character that is not the last of its number. */
const more = 32;
/** Groups of five bits that a difference of two uint32 needs. */
const maxGroups = 7;
const maxWeight = 32 ** (maxGroups - 1);

function filling(size: Size, counts: Uint32Array): Rle {
  let total = 0;
  for (const count of counts) total += count;
  if (![size.width, size.height].every((side) => Number.isInteger(side) && side >= 0) || areaOf(size) > 0xffffffff)
    throw new SelfpasteError('DATA_BAD_RLE', expectation('RLE size', 'whole sides and fewer than 2^32 pixels', showSize(size)), sizeHint);
  if (total === areaOf(size)) return { size, counts };
  throw new SelfpasteError('DATA_BAD_RLE', expectation('RLE counts', `runs that fill ${showSize(size)} pixels`, total), hint);
}

/** One character: five bits, and {@link more}. */
function groupAt(text: string, at: number): number {
  const group = text.charCodeAt(at) - 48;
  if (!(group >= 0 && group < 64)) throw badText(text);
  return group;
}

function badText(text: string): SelfpasteError {
  return new SelfpasteError('DATA_BAD_RLE', expectation('RLE counts', 'a COCO compressed run-length string', text), hint);
}
