import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broadcast, type Extent, fixed, reshaped, type Shape } from './shape.ts';

const batch: Extent = { was: 1, now: 1, batch: true };
const scaled = (was: number, now: number): Extent => ({ was, now, batch: false });
const side = scaled(20, 10);
const joined = scaled(400, 100);

/** Constants of a file for 640 px, read for 320 px. */
const reshapes: Readonly<Record<string, { from: Shape; wanted: readonly number[]; to: Shape | null }>> = {
  'splits channels, joins the grid': {
    from: [batch, fixed(256), side, side],
    wanted: [1, 2, 128, 400],
    to: [batch, fixed(2), fixed(128), joined],
  },
  'and takes it apart again': { from: [batch, fixed(2), fixed(64), joined], wanted: [1, 128, 20, 20], to: [batch, fixed(128), side, side] },
  'copies with 0 and leaves the rest to -1': { from: [batch, fixed(8), side, side], wanted: [0, 8, -1], to: [batch, fixed(8), joined] },
  'joins channels and grid': { from: [batch, fixed(4), side, side], wanted: [1, 1600], to: [batch, scaled(1600, 400)] },
  'keeps ones': {
    from: [batch, fixed(1), fixed(4), joined],
    wanted: [1, 4, 400, 1],
    to: [batch, fixed(4), joined, fixed(1)],
  },
  'a channel number that is also a cell number': {
    from: [batch, fixed(400), side, side],
    wanted: [1, 400, 400],
    to: [batch, fixed(400), joined],
  },
  'parts of a grid (area attention) are unclear': { from: [batch, joined, fixed(8)], wanted: [4, 100, 8], to: null },
  'a batch that goes into another dimension': { from: [batch, fixed(256), side, side], wanted: [256, 20, 20], to: null },
  'another number of elements': { from: [batch, fixed(3)], wanted: [1, 7], to: null },
};

for (const [name, { from, wanted, to }] of Object.entries(reshapes))
  test(`reshape: ${name}`, () => assert.deepEqual(reshaped(from, wanted.map(fixed)), to));

test('reshape: lengths that the graph computes are taken at their word', () => {
  assert.deepEqual(reshaped([batch, fixed(8), side, side], [batch, fixed(2), fixed(4), joined]), [batch, fixed(2), fixed(4), joined]);
  assert.deepEqual(reshaped([batch, fixed(8), side, side], [batch, fixed(8), fixed(-1)]), [batch, fixed(8), joined]);
});

test('shapes broadcast where they agree at both sizes, not where a constant has the old size', () => {
  assert.deepEqual(broadcast([batch, fixed(8), joined], [fixed(8), fixed(1)]), [batch, fixed(8), joined]);
  assert.equal(broadcast([batch, fixed(8), joined], [fixed(1), fixed(8), fixed(400)]), null);
});
