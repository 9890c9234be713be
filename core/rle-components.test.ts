import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BitMask, rle } from './index.ts';

/** A mask from a drawing: # is 1. */
function drawn(...rows: readonly string[]): BitMask {
  return { size: { width: rows[0].length, height: rows.length }, data: Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 1 : 0)) };
}

function drawing({ size: { width }, data }: BitMask): string[] {
  const text = Array.from(data, (bit) => (bit ? '#' : '.')).join('');
  return Array.from({ length: data.length / width }, (_, y) => text.slice(y * width, (y + 1) * width));
}

test('parts hang together by corners, and not around the edge of the picture', () => {
  const parts = rle.components(rle.encode(drawn('#..#.', '.#..#', '....#', '##..#')));
  assert.deepEqual(
    parts.map((part) => drawing(rle.decode(part))),
    [
      ['...#.', '....#', '....#', '....#'],
      ['#....', '.#...', '.....', '.....'],
      ['.....', '.....', '.....', '##...'],
    ],
  );
});

test('one part is the mask itself; nothing has no parts; runs that nothing parts are one', () => {
  const ring = rle.encode(drawn('####', '#..#', '####'));
  assert.deepEqual(rle.components(ring), [ring]);
  const full = rle.encode(drawn('###', '###'));
  assert.deepEqual(rle.components(full), [full]);
  assert.deepEqual(rle.components(rle.encode(drawn('...', '...'))), []);
  const size = { width: 1, height: 6 };
  assert.deepEqual(rle.components({ size, counts: Uint32Array.of(1, 2, 0, 2, 1) }), [{ size, counts: Uint32Array.of(1, 4, 1) }]);
});

test('property: parts are those of a flood fill, largest first', () => {
  const masks = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }))
    .chain(([width, height, sparsity]) =>
      fc
        .array(fc.nat(sparsity), { minLength: width * height, maxLength: width * height })
        .map((noise): BitMask => ({ size: { width, height }, data: Uint8Array.from(noise, (value) => (value === 0 ? 1 : 0)) })),
    );
  fc.assert(
    fc.property(masks, (mask) => {
      const expected = flooded(mask).map((data) => rle.encode({ size: mask.size, data }));
      assert.deepEqual(rle.components(rle.encode(mask)), expected);
    }),
    { numRuns: 300 },
  );
});

/** The parts by definition, started column by column. */
function flooded({ size: { width, height }, data }: BitMask): Uint8Array[] {
  const left = data.slice();
  const parts: Uint8Array[] = [];
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      const part = new Uint8Array(data.length);
      fill(left, part, x, y, width);
      if (part.includes(1)) parts.push(part);
    }
  return parts.sort((a, b) => count(b) - count(a));
}

function fill(left: Uint8Array, part: Uint8Array, x: number, y: number, width: number): void {
  const at = y * width + x;
  if (x < 0 || x >= width || y < 0 || at >= left.length || left[at] === 0) return;
  left[at] = 0;
  part[at] = 1;
  for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) fill(left, part, x + dx, y + dy, width);
}

const count = (data: Uint8Array): number => data.reduce((sum, bit) => sum + bit, 0);
