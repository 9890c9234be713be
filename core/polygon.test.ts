import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { rle, type Size } from './index.ts';

const size: Size = { width: 64, height: 48 };
/** Long enough for a slow machine; a walk along the edges of the polygons below would take minutes. */
const noHangMs = 5000;

test('polygons of pycocotools, bit for bit', () => {
  const golden = JSON.parse(readFileSync(join(process.cwd(), 'test/golden/rle.json'), 'utf8')) as {
    polygons: readonly (Size & { polygons: number[][]; text: string })[];
  };
  for (const { width, height, polygons, text } of golden.polygons) {
    const mask = rle.fromPolygons({ width, height }, polygons);
    assert.equal(rle.countsToString(mask.counts), text, JSON.stringify(polygons).slice(0, 200));
  }
});

test('property: an integer rectangle covers its pixels, however its corners are turned', () => {
  fc.assert(
    fc.property(fc.nat(64), fc.nat(48), fc.nat(80), fc.nat(60), fc.nat(3), fc.boolean(), (x1, y1, width, height, turn, back) => {
      const [x2, y2] = [x1 + width, y1 + height];
      const corners = [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ];
      const turned = [...corners.slice(turn), ...corners.slice(0, turn)];
      const mask = rle.fromPolygons(size, [(back ? turned.reverse() : turned).flat()]);
      assert.deepEqual(mask, rle.fromBox(size, { x1, y1, x2, y2 }));
      assert.equal(rle.area(mask), Math.max(0, Math.min(x2, 64) - x1) * Math.max(0, Math.min(y2, 48) - y1));
    }),
  );
});

test('property: a polygon that is written twice is the same object', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 160, noNaN: true }), { minLength: 6, maxLength: 24 }), (polygon) => {
      assert.deepEqual(rle.fromPolygons(size, [polygon, polygon]), rle.fromPolygons(size, [polygon]));
    }),
  );
});

test('property: every polygon gives runs that fill the image', () => {
  const coordinate = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ min: -100, max: 200, noNaN: true }));
  fc.assert(
    fc.property(fc.array(coordinate, { maxLength: 20 }), (polygon) => {
      const { counts } = rle.fromPolygons(size, [polygon]);
      assert.deepEqual(rle.fromCounts(size, [...counts]).counts, counts);
      assert.ok(counts.subarray(1).every((run) => run > 0));
    }),
  );
});

test('no polygon, a point and a line cover nothing', () => {
  for (const polygons of [[], [[]], [[3, 3]], [[3]], [[3, 3, 20, 9]], [[3, 3, 20, 9, 3, 3]]]) {
    assert.equal(rle.area(rle.fromPolygons(size, polygons)), 0, JSON.stringify(polygons));
  }
});

test('far coordinates are cut off at once', { timeout: noHangMs }, () => {
  const far = 1e12;
  assert.equal(rle.area(rle.fromPolygons(size, [[-far, -far, far, -far, far, far, -far, far]])), 64 * 48);
  assert.equal(rle.area(rle.fromPolygons(size, [[far, far, 2 * far, far, far, 3 * far]])), 0);
  assert.equal(rle.area(rle.fromPolygons(size, [[-1e308, 0, 1e308, 0, 1e308, 24, -1e308, 24]])), 64 * 24);
});

test('twenty thousand points, each edge across the image', { timeout: noHangMs }, () => {
  const zigzag = Array.from({ length: 20_000 }, (_, point) => [point % 2 === 0 ? -1e6 : 1e6, (point * 37) % 1000]).flat();
  const mask = rle.fromPolygons({ width: 640, height: 480 }, [zigzag]);
  assert.ok(rle.area(mask) <= 640 * 480);
});

test('a coordinate that is no number is refused', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => rle.fromPolygons(size, [[1, 2, bad, 4, 5, 6]]), {
      code: 'DATA_BAD_POLYGON',
      message: `Expected finite pixel coordinates for polygon, got ${bad} (number)`,
      hint: "correct or remove the annotation's segmentation",
    });
  }
});
