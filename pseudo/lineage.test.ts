import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rle } from '../core/index.ts';
import { LINEAGE_IOU, traceLineage } from './lineage.ts';
import { CAT, candidate, DOG, drawing } from './test-drawing.ts';
import type { Candidate } from './verdict.ts';

const of = drawing('abbbc', 'abbbc', '....d');

test('better scores choose first, and each takes what it overlaps most; each has one heir', () => {
  const previous = [candidate(1, of('ab'), 0.9), candidate(2, of('bc'), 0.9)];
  const current = [candidate(11, of('ab'), 0.5), candidate(12, of('b'), 0.7), candidate(13, of('b'), 0.6), candidate(14, of('b'), 0.4)];
  assert.deepEqual(
    [...traceLineage(current, previous)],
    [
      [12, 1],
      [13, 2],
    ],
  );
  assert.deepEqual(traceLineage([], previous), new Map());
  assert.deepEqual(traceLineage(current, []), new Map());
});

test('an ancestor of the own category goes before one that fits better; what is left over was called otherwise', () => {
  const previous = [candidate(1, of('ab'), 0.9, DOG), candidate(2, of('b'), 0.3, CAT)];
  assert.deepEqual([...traceLineage([candidate(11, of('ab'), 0.5, CAT)], previous)], [[11, 2]]);
  const current = [candidate(11, of('ab'), 0.5, CAT), candidate(12, of('ab'), 0.4, CAT), candidate(13, of('d'), 0.9, CAT)];
  assert.deepEqual(
    [...traceLineage(current, previous)],
    [
      [11, 2],
      [12, 1],
    ],
  );
});

test('property: whatever the order, ancestors are one to one, overlap enough, and are of another category only where none of the own is free', () => {
  const one = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd', 'ab', 'bc', 'abc', 'cd'),
    fc.constantFrom(0.2, 0.5, 0.8),
    fc.constantFrom(CAT, DOG),
  );
  const round = (firstId: number) =>
    fc
      .array(one, { maxLength: 8 })
      .map((all) => all.map(([letters, score, category], at) => candidate(firstId + at, of(letters), score, category)));
  fc.assert(
    fc.property(round(101), round(1), (current, previous) => {
      const lineage = traceLineage(current, previous);
      assert.deepEqual(traceLineage(current.toReversed(), previous.toReversed()), lineage);
      assert.equal(new Set(lineage.values()).size, lineage.size);
      const taken = new Set(lineage.values());
      for (const heir of current) {
        const ancestor = previous.find(({ id }) => id === lineage.get(heir.id));
        if (ancestor) assert.ok(rle.iou(heir.mask, ancestor.mask) >= LINEAGE_IOU);
        if (ancestor?.category === heir.category) continue;
        assert.ok(!previous.some((other) => !taken.has(other.id) && fits(heir, other)));
      }
    }),
  );
});

const fits = (heir: Candidate, other: Candidate): boolean =>
  heir.category === other.category && rle.iou(heir.mask, other.mask) >= LINEAGE_IOU;
