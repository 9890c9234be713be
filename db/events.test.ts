import assert from 'node:assert/strict';
import { test } from 'node:test';
import { T0, testRun } from './test-database.ts';

const KEPT = 10_000;

test('a diary keeps its newest 10,000 events, and milestones however old', (t) => {
  const db = testRun(t);
  const tell = (kind: string) => db.events.add({ atMs: T0, round: null, kind, data: {} });
  db.transaction(() => {
    for (const kind of ['run-started', 'note', 'round-finished', 'settings-changed', 'measured']) tell(kind);
    for (let count = 0; count < KEPT; count++) tell('note');
  });
  const told = db.events.after(0, 2 * KEPT);
  assert.deepEqual(
    told.slice(0, 4).map(({ kind }) => kind),
    ['run-started', 'round-finished', 'settings-changed', 'note'],
  );
  assert.equal(told.length, KEPT + 3);
  assert.equal(told.at(-1)?.id, KEPT + 5);
});

test('an event that is not written forgets nothing', (t) => {
  const db = testRun(t);
  db.events.add({ atMs: T0, round: null, kind: 'note', data: {} });
  assert.throws(
    () =>
      db.transaction(() => {
        db.events.add({ atMs: T0, round: null, kind: 'note', data: {} });
        throw new Error('rolled back');
      }),
    /rolled back/,
  );
  assert.equal(db.events.after(0, 9).length, 1);
});
