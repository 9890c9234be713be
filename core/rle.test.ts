import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BitMask, type Box, boxArea, type Rle, rle, type Size, toXywh } from './index.ts';

interface Golden {
  readonly masks: readonly (Size & { case: string; rows: string[] | null; text: string; area: number; xywh: number[] })[];
  readonly groups: readonly (Size & {
    texts: string[];
    union: string;
    intersection: string;
    difference: string;
    crowd: number[];
    iou: number[];
  })[];
  readonly boxes: readonly { xywh: number[]; text: string }[];
  readonly counts: readonly (Size & { counts: number[]; text: string; area: number; xywh: number[] })[];
}

const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/rle.json'), 'utf8')) as Golden;

test('masks of pycocotools: text, pixels, area and box', () => {
  for (const { case: name, width, height, rows, text, area, xywh } of golden.masks) {
    const mask = rle.fromString({ width, height }, text);
    assert.equal(textOf(mask), text, name);
    assert.equal(rle.area(mask), area, name);
    assert.deepEqual(Object.values(toXywh(rle.toBox(mask))), xywh, name);
    const bits = rle.decode(mask);
    assert.deepEqual(rle.encode(bits), mask, name);
    if (rows) assert.equal(bits.data.join(''), rows.join(''), name);
  }
});

test('merging, subtracting and IoU of pycocotools, bit for bit', () => {
  for (const { width, height, texts, union, intersection, difference, crowd, iou } of golden.groups) {
    const masks = texts.map((text) => rle.fromString({ width, height }, text));
    const pair = masks.slice(0, 2);
    assert.equal(textOf(rle.merge(masks, 'union')), union);
    assert.equal(textOf(rle.union(masks)), union);
    assert.equal(textOf(rle.merge(pair, 'intersection')), intersection);
    assert.equal(textOf(rle.intersection(pair)), intersection);
    assert.equal(textOf(rle.subtract(pair[0], pair[1])), difference);
    assert.deepEqual([...rle.iouMatrix(masks, masks, crowd.map(Boolean))], iou);
  }
});

test('uncompressed counts of pycocotools, some with empty runs', () => {
  for (const { width, height, counts, text, area, xywh } of golden.counts) {
    const mask = rle.fromCounts({ width, height }, counts);
    assert.equal(textOf(mask), text, counts.join());
    assert.deepEqual(rle.fromString({ width, height }, text), mask);
    assert.equal(rle.area(mask), area, counts.join());
    assert.deepEqual(Object.values(toXywh(rle.toBox(mask))), xywh, counts.join());
  }
});

test('boxes of pycocotools, with fractional corners and outside the image', () => {
  for (const { xywh, text } of golden.boxes) {
    const [x, y, width, height] = xywh;
    const box = { x1: x, y1: y, x2: x + width, y2: y + height };
    assert.equal(textOf(rle.fromBox({ width: 20, height: 12 }, box)), text, xywh.join());
  }
});

test('property: decoding undoes encoding, and text undoes counts', () => {
  fc.assert(
    fc.property(bitMask(), (mask) => {
      const runs = rle.encode(mask);
      assert.deepEqual(rle.decode(runs), mask);
      assert.deepEqual(rle.fromString(mask.size, rle.countsToString(runs.counts)), runs);
      assert.deepEqual(rle.fromCounts(mask.size, [...runs.counts]), runs);
    }),
  );
});

test('property: a mask is encoded alike wherever it lies in memory', () => {
  const [width, height, offset] = [fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 12 }), fc.nat(8)];
  fc.assert(
    fc.property(width, height, offset, fc.infiniteStream(fc.nat(9)), (width, height, offset, tens) => {
      const bits = [...tens.take(width * height)].map((ten) => (ten === 0 ? 1 : 0));
      const memory = Buffer.from([...Array(offset).fill(1), ...bits, ...Array(8).fill(1)]);
      const data = memory.subarray(offset, offset + bits.length);
      assert.deepEqual([...rle.encode({ size: { width, height }, data }).counts], countsByDefinition(bits, width, height));
    }),
  );
});

test('property: union, intersection and difference are those of the pixels', () => {
  fc.assert(
    fc.property(maskPair(), ([a, b]) => {
      const [runsA, runsB] = [rle.encode(a), rle.encode(b)];
      const pixels = (value: (p: number, q: number) => number): BitMask => ({
        size: a.size,
        data: a.data.map((p, at) => value(p, b.data[at])),
      });
      assert.deepEqual(rle.merge([runsA, runsB], 'union'), rle.encode(pixels((p, q) => p | q)));
      assert.deepEqual(rle.merge([runsA, runsB], 'intersection'), rle.encode(pixels((p, q) => p & q)));
      assert.deepEqual(rle.subtract(runsA, runsB), rle.encode(pixels((p, q) => p & ~q)));
    }),
  );
});

test('property: runs of length zero change nothing but the writing', () => {
  fc.assert(
    fc.property(bitMask(), fc.nat(), (mask, at) => {
      const plain = rle.encode(mask);
      const padded = { size: mask.size, counts: withEmptyRuns(plain.counts, at) };
      assert.deepEqual(rle.decode(padded), mask);
      assert.deepEqual(rle.merge([padded, padded], 'union'), plain);
      assert.deepEqual(rle.toBox(padded), rle.toBox(plain));
      assert.equal(rle.iou(padded, plain), rle.area(plain) > 0 ? 1 : 0);
    }),
  );
});

test('property: IoU is that of the pixels', () => {
  fc.assert(
    fc.property(maskPair(), ([a, b]) => {
      const both = count(a.data.map((p, at) => p & b.data[at]));
      const either = count(a.data.map((p, at) => p | b.data[at]));
      assert.equal(rle.iou(rle.encode(a), rle.encode(b)), both === 0 ? 0 : both / either);
      const crowd = rle.iouMatrix([rle.encode(a)], [rle.encode(b)], [true]);
      assert.deepEqual([...crowd], [both === 0 ? 0 : both / count(a.data)]);
    }),
  );
});

test('property: the box is the tight box of the pixels', () => {
  fc.assert(
    fc.property(bitMask(), (mask) => {
      const box = rle.toBox(rle.encode(mask));
      assert.deepEqual(box, tightBox(mask));
      assert.equal(rle.area(rle.encode(mask)) === 0, boxArea(box) === 0);
    }),
  );
});

test('property: decoding inside a box cuts the decoded mask, with zeros outside the image', () => {
  const corner = fc.integer({ min: -5, max: 20 });
  const extent = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(bitMask(), corner, corner, extent, extent, (mask, x1, y1, width, height) => {
      const inside = rle.decodeInside(rle.encode(mask), { x1, y1, x2: x1 + width, y2: y1 + height });
      const expected = Array.from({ length: width * height }, (_, at) => pixel(mask, x1 + (at % width), y1 + Math.floor(at / width)));
      assert.deepEqual(inside, { size: { width, height }, data: Uint8Array.from(expected) });
    }),
  );
});

test('a mask of an image too large to decode is decoded inside a box', () => {
  const huge = rle.fromCounts({ width: 60_000, height: 60_000 }, [60_000 * 30_000 + 10, 3, 60_000 * 30_000 - 13]);
  assert.deepEqual([...rle.decodeInside(huge, { x1: 29_999, y1: 9, x2: 30_001, y2: 14 }).data], [0, 0, 0, 1, 0, 1, 0, 1, 0, 0]);
  assert.deepEqual(rle.toBox(huge), { x1: 30_000, y1: 10, x2: 30_001, y2: 13 });
});

test('an image without pixels has a mask without ones', () => {
  const empty = rle.encode({ size: { width: 0, height: 7 }, data: new Uint8Array() });
  assert.equal(rle.area(rle.merge([empty, empty], 'union')), 0);
  assert.deepEqual(rle.toBox(empty), { x1: 0, y1: 0, x2: 0, y2: 0 });
});

test('errors of masks say what was expected and what came', () => {
  const [a, b] = [rle.fromCounts({ width: 2, height: 3 }, [6]), rle.fromCounts({ width: 3, height: 2 }, [6])];
  const mismatch = { code: 'DATA_SIZE_MISMATCH', message: 'Expected masks of one size, got 2x3 and 3x2' };
  assert.throws(() => rle.merge([a, b], 'union'), mismatch);
  assert.throws(() => rle.iou(a, b), mismatch);
  assert.throws(() => rle.merge([], 'union'), { code: 'BAD_VALUE' });
  assert.throws(() => rle.decodeInside(a, { x1: 0.5, y1: 0, x2: 1, y2: 1 }), { code: 'BAD_VALUE' });
});

test('a mask with other values than 0 and 1, or of another size, is refused', () => {
  const size = { width: 16, height: 3 };
  const filled = (value: number): Uint8Array => new Uint8Array(48).fill(value);
  for (const data of [
    filled(255),
    filled(1).fill(7, 20, 21),
    filled(0).fill(1, 2, 3).fill(2, 9, 10),
    filled(0).fill(1, 2, 3).fill(3, 30),
  ]) {
    assert.throws(() => rle.encode({ size, data }), {
      code: 'BAD_VALUE',
      message: /^Expected zeros and ones for mask, got (255|7|2|3) \(number\)$/,
    });
  }
  assert.throws(() => rle.encode({ size, data: new Uint8Array(47) }), {
    message: 'Expected 48 pixels for mask, got 47 (number)',
  });
});

test('results do not share memory with later ones', () => {
  const size = { width: 8, height: 2 };
  const first = rle.fromBox(size, { x1: 1, y1: 0, x2: 3, y2: 1 });
  const text = textOf(first);
  rle.subtract(rle.fromBox(size, { x1: 0, y1: 0, x2: 8, y2: 2 }), rle.fromString(size, text));
  assert.equal(textOf(first), text);
  assert.equal(first.counts.byteLength, first.counts.buffer.byteLength);
});

function textOf(mask: Rle): string {
  return rle.countsToString(mask.counts);
}

/** Run lengths straight from what they are: pixels taken column by column. */
function countsByDefinition(bits: readonly number[], width: number, height: number): number[] {
  const counts = [0];
  for (let at = 0, value = 0; at < bits.length; at++) {
    const bit = bits[(at % height) * width + Math.floor(at / height)];
    if (bit !== value) counts.push(0);
    value = bit;
    counts[counts.length - 1]++;
  }
  return counts;
}

function sizes(): fc.Arbitrary<Size> {
  return fc.tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 })).map(([width, height]) => ({ width, height }));
}

/** Sparse, dense and block-like masks. */
function bitMaskOf(size: Size): fc.Arbitrary<BitMask> {
  const length = size.width * size.height;
  const noise = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: length, maxLength: length }).map((bits) => Uint8Array.from(bits));
  const block = fc.tuple(fc.nat(size.width), fc.nat(size.width), fc.nat(size.height), fc.nat(size.height)).map(([x1, x2, y1, y2]) =>
    Uint8Array.from({ length }, (_, at) => {
      const [x, y] = [at % size.width, Math.floor(at / size.width)];
      return x >= x1 && x < x2 && y >= y1 && y < y2 ? 1 : 0;
    }),
  );
  return fc.oneof(noise, block).map((data) => ({ size, data }));
}

function bitMask(): fc.Arbitrary<BitMask> {
  return sizes().chain(bitMaskOf);
}

function maskPair(): fc.Arbitrary<[BitMask, BitMask]> {
  return sizes().chain((size) => fc.tuple(bitMaskOf(size), bitMaskOf(size)));
}

function withEmptyRuns(counts: Uint32Array, at: number): Uint32Array {
  const run = at % counts.length;
  return Uint32Array.of(...counts.subarray(0, run), 0, 0, ...counts.subarray(run), 0, 0);
}

function count(data: Uint8Array): number {
  return data.reduce((sum, bit) => sum + bit, 0);
}

function pixel({ size, data }: BitMask, x: number, y: number): number {
  return x >= 0 && y >= 0 && x < size.width && y < size.height ? data[y * size.width + x] : 0;
}

function tightBox({ size, data }: BitMask): Box {
  const ones = [...data.keys()].filter((at) => data[at] === 1);
  if (ones.length === 0) return { x1: 0, y1: 0, x2: 0, y2: 0 };
  const xs = ones.map((at) => at % size.width);
  const ys = ones.map((at) => Math.floor(at / size.width));
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 };
}
