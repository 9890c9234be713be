import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rle, SelfpasteError } from './index.ts';

test('property: any counts survive the text, up to 2^32 - 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffffffff })), (counts) => {
      assert.deepEqual([...rle.countsFromString(rle.countsToString(Uint32Array.from(counts)))], counts);
    }),
  );
});

test('damaged texts and counts are one clear error', () => {
  const size = { width: 4, height: 5 };
  for (const text of ['', '~~~', 'PPPP', 'pppppppppppp', '0O', 'd0é', '\u0000', 'oooooooooooooooo0', 'PPPPPPP0d0', '1@', 'd1']) {
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

test('errors of texts say what was expected, what came and what to do', () => {
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
});

function unlessBad<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    assert.ok(error instanceof SelfpasteError && error.code === 'DATA_BAD_RLE', String(error));
    return undefined;
  }
}
