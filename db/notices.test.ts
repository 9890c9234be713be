import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginFork } from './fork.ts';
import type { RunFacts } from './runs.ts';
import { T0, testRun } from './test-database.ts';

const notice = (at: number) => ({ id: `n${at}`, atMs: T0 + at, notice: { text: `what happened at ${at}` } });
const FACTS: RunFacts = { name: 'run', seed: 1, config: {}, configHash: 'a', programVersion: '0', machineVersion: 4, createdAtMs: T0 };
const ALL = { sinceMs: T0, tries: 3 };

test('a receiver is owed what it was not told, in order, and nobody else is', (t) => {
  const { notices } = testRun(t);
  for (const at of [1, 2, 3]) notices.owe('ada', notice(at));
  notices.owe('eve', notice(2));
  notices.settle('ada', 'n2');
  assert.deepEqual(notices.owedTo('ada', ALL), [notice(1), notice(3)]);
  assert.deepEqual(notices.owedTo('eve', ALL), [notice(2)]);
  assert.deepEqual(notices.owedTo('bob', ALL), []);
});

test('the same notice is owed once, and of more than 64 the newest', (t) => {
  const { notices } = testRun(t);
  for (let at = 0; at < 70; at++) for (const _again of [1, 2]) notices.owe('ada', notice(at));
  notices.owe('eve', notice(0));
  const owed = notices.owedTo('ada', ALL);
  assert.deepEqual([owed.length, owed[0]?.id, owed.at(-1)?.id], [64, 'n6', 'n69']);
  assert.equal(notices.owedTo('eve', ALL).length, 1);
});

test('what is too old, or was tried too often, is told no more, and goes', (t) => {
  const db = testRun(t);
  for (const at of [1, 2, 3]) db.notices.owe('ada', notice(at));
  for (const _time of [1, 2, 3]) db.notices.tried('ada', 'n3');
  const limits = { sinceMs: T0 + 2, tries: 3 };
  assert.deepEqual(db.notices.owedTo('ada', limits), [notice(2)]);
  db.notices.giveUp(limits);
  assert.deepEqual(db.connection.all('SELECT id, tries FROM notices'), [{ id: 'n2', tries: 0 }]);
});

test('a notice whose transaction is rolled back is owed to nobody', (t) => {
  const db = testRun(t);
  assert.throws(() =>
    db.transaction(() => {
      db.notices.owe('ada', notice(1));
      throw new Error('rolled back');
    }),
  );
  assert.deepEqual(db.notices.owedTo('ada', ALL), []);
});

test('a fork owes nobody what its run did not tell', (t) => {
  const db = testRun(t);
  db.runs.create(FACTS);
  db.notices.owe('ada', notice(1));
  beginFork(db, null, { ...FACTS, name: 'fork' });
  assert.deepEqual(db.notices.owedTo('ada', ALL), []);
});
