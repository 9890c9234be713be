import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LeastRanked } from './least-ranked.ts';

const ranks = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
const mosts = fc.integer({ min: 1, max: 8 });

test('of all that comes the first ones stay, as sorting has them', () => {
  fc.assert(
    fc.property(ranks, ranks, mosts, (some, others, most) => {
      const items = [...some, ...others].map((rank, at) => ({ rank, at }));
      const kept = new LeastRanked<(typeof items)[number]>(most);
      const rest = new LeastRanked<(typeof items)[number]>(most);
      for (const item of items) (item.at < some.length ? kept : rest).add(item.rank, item);
      kept.addAll(rest);
      assert.deepEqual(kept.items, items.toSorted((a, b) => a.rank - b.rank).slice(0, most));
    }),
  );
});
