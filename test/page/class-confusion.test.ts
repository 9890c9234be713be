import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChangeKind, categoryId } from '../../core/index.ts';
import type { Comparison } from '../../web/contract/compare.ts';
import { classConfusion } from '../../web/page/compare/class-confusion.ts';

const ROUND = { images: 1, labels: 1, predictions: 1, histogram: [], metrics: {} };
const FACTS = { labels: 1, share: 1, meanScore: 1, histogram: [], expected: null, measured: null };

function comparison(classes: number, changes: readonly (readonly [ChangeKind, number | null, number | null, number])[]): Comparison {
  const idOf = (id: number | null) => (id === null ? null : categoryId(id));
  return {
    rounds: [1, 2],
    from: { round: 1, ...ROUND },
    to: { round: 2, ...ROUND },
    changes: changes.map(([kind, before, now, labels]) => ({ kind, before: idOf(before), now: idOf(now), labels })),
    classes: Array.from({ length: classes }, (_, at) => ({
      ...{ category: categoryId(at + 1), name: `class ${at + 1}`, classIndex: at, from: FACTS, to: FACTS },
    })),
  };
}

test('a cell has all labels that went its way, its kind that of most, its share that of its row', () => {
  const { lines, cell } = classConfusion(
    comparison(3, [
      ['kept', 1, 1, 5],
      ['grew', 1, 1, 1],
      ['died', 1, null, 2],
      ['born', null, 2, 4],
    ]),
  );
  assert.deepEqual(
    lines.map(({ name }) => name),
    ['class 1', 'class 2', 'no label'],
  );
  assert.deepEqual(cell(1, 1), { labels: 6, kind: 'kept', share: 0.75 });
  assert.deepEqual(cell(1, null), { labels: 2, kind: 'died', share: 0.25 });
  assert.deepEqual(cell(null, 2), { labels: 4, kind: 'born', share: 1 });
  assert.equal(cell(2, 1), null);
});

test('of many classes those with most labels stay, in their order, and the others are counted', () => {
  const { lines, leftOut } = classConfusion(
    comparison(
      30,
      Array.from({ length: 30 }, (_, at) => ['kept', at + 1, at + 1, at + 1] as const),
    ),
  );
  assert.deepEqual([lines.length, leftOut, lines[0]?.name, lines.at(-1)?.name], [25, 6, 'class 7', 'no label']);
});
