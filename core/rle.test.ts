import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BitMask, type Box, boxArea, type Rle, rle, SelfpasteError, type Size, toXywh } from './index.ts';

interface Golden {
  readonly masks: readonly (Size & { rows: string[] | null; text: string; area: number; xywh: number[] })[];
  readonly groups: readonly (Size & { texts: string[]; union: string; intersection: string; crowd: number[]; iou: number[] })[];
  readonly boxes: readonly { xywh: number[]; text: string }[];
}

const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/rle.json'), 'utf8')) as Golden;

test('masks of pycocotools: text, pixels, area and box', () => {
  for (const { width, height, rows, text, area, xywh } of golden.masks) {
    const mask = rle.fromString({ width, height }, text);
    assert.equal(rle.countsToString(mask.counts), text);
    assert.equal(rle.area(mask), area);
    assert.deepEqual(Object.values(toXywh(rle.toBox(mask))), xywh);
    const bits = rle.decode(mask);
    assert.deepEqual(rle.encode(bits), mask);
    if (rows) assert.equal(bits.data.join(''), rows.join(''));
  }
});

test('merging and IoU of pycocotools, bit for bit', () => {
  for (const { width, height, texts, union, intersection, crowd, iou } of golden.groups) {
    const masks = texts.map((text) => rle.fromString({ width, height }, text));
    assert.equal(textOf(rle.merge(masks, 'union')), union);
    assert.equal(textOf(rle.merge(masks.slice(0, 2), 'intersection')), intersection);
    assert.deepEqual([...rle.iouMatrix(masks, masks, crowd.map(Boolean))], iou);
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

test('property: any counts survive the text, up to 2^32 - 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff })), (counts) => {
      assert.deepEqual([...rle.countsFromString(rle.countsToString(Uint32Array.from(counts)))], counts);
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

test('damaged texts and counts are one clear error', () => {
  const size = { width: 4, height: 5 };
  for (const text of ['', '~~~', 'PPPP', 'pppppppppppp', '0O', 'd0é', '\u0000', 'oooooooooooooooo0', '1@', 'd1']) {
    assert.throws(() => rle.fromString(size, text), { code: 'DATA_BAD_RLE' }, JSON.stringify(text));
  }
  for (const counts of [[], [19], [21], [-1, 21], [2.5, 17.5], [Number.NaN], [2 ** 40]]) {
    assert.throws(() => rle.fromCounts(size, counts), { code: 'DATA_BAD_RLE' }, counts.join());
  }
  for (const [width, height] of [
    [-4, -5],
    [0.5, 40],
    [2 ** 40, 2 ** 40],
    [Number.NaN, 1],
  ]) {
    assert.throws(() => rle.fromString({ width, height }, 'd0'), { code: 'DATA_BAD_RLE' }, `${width}x${height}`);
  }
});

test('property: garbage never gives a mask that does not fill its image', () => {
  const garbage = fc.string({ unit: fc.integer({ min: 40, max: 120 }).map((code) => String.fromCharCode(code)), maxLength: 30 });
  fc.assert(
    fc.property(garbage, (text) => {
      const counts = unlessBad(() => rle.countsFromString(text));
      const total = counts?.reduce((sum, run) => sum + run, 0) ?? 1;
      const mask = unlessBad(() => rle.fromString({ width: total, height: 1 }, text));
      assert.equal(mask === undefined, counts === undefined);
    }),
    { numRuns: 500 },
  );
});

test('errors say what was expected, what came and what to do', () => {
  assert.throws(() => rle.fromString({ width: 4, height: 5 }, '1'), {
    message: 'Expected runs that fill 4x5 pixels for RLE counts, got 1 (number)',
    hint: "check the annotation's segmentation: its counts belong to another image size or are damaged",
  });
  assert.throws(() => rle.fromString({ width: 4, height: 5 }, 'p'), {
    message: 'Expected a COCO compressed run-length string for RLE counts, got "p" (string)',
  });
  assert.throws(() => rle.fromString({ width: 2 ** 20, height: 2 ** 20 }, 'd0'), {
    message: 'Expected whole sides and fewer than 2^32 pixels for RLE size, got "1048576x1048576" (string)',
    hint: "correct the annotation's size: it is that of its image",
  });
  const [a, b] = [rle.fromCounts({ width: 2, height: 3 }, [6]), rle.fromCounts({ width: 3, height: 2 }, [6])];
  const mismatch = { code: 'DATA_SIZE_MISMATCH', message: 'Expected masks of one size, got 2x3 and 3x2' };
  assert.throws(() => rle.merge([a, b], 'union'), mismatch);
  assert.throws(() => rle.iou(a, b), mismatch);
  assert.throws(() => rle.merge([], 'union'), { code: 'BAD_VALUE' });
  assert.throws(() => rle.decodeInside(a, { x1: 0.5, y1: 0, x2: 1, y2: 1 }), { code: 'BAD_VALUE' });
});

function textOf(mask: Rle): string {
  return rle.countsToString(mask.counts);
}

function unlessBad<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    assert.ok(error instanceof SelfpasteError && error.code === 'DATA_BAD_RLE', String(error));
    return undefined;
  }
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
