import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunDatabase } from '../db/index.ts';
import { T0, testFolder, testRun } from '../db/test-database.ts';
import { LiveRun, litState } from './live-run.ts';
import { type Cursor, LiveWatch, parseCursor } from './live-watch.ts';
import { openSite } from './site.ts';

/** A run that is watched. */
function scene(t: TestContext) {
  const folder = testFolder(t);
  const db = testRun(t, join(folder, 'selfpaste.db'));
  const site = openSite(folder);
  t.after(() => site.close());
  return { db, watch: (cursor: Cursor | null) => new LiveWatch(site, new LiveRun(site), cursor) };
}

const note = (db: RunDatabase, text: string) =>
  db.events.add({ atMs: T0, round: 1, kind: 'note', data: { kind: 'note', round: 1, level: 'info', text } });

/** What a watcher was told but for states. */
const told = (watch: LiveWatch) =>
  watch.news().flatMap(({ event, data, id }) => {
    if (event === 'state') return [];
    const { text, points, round } = JSON.parse(data as string);
    return [[event, text ?? `${round}: ${points.map(({ step }: { step: number }) => step)}`, id]];
  });

test('who watches is told what happens from now on, each thing once', (t) => {
  const { db, watch } = scene(t);
  note(db, 'before');
  db.metrics.record(1, 3, { loss: 1 });
  const now = watch(null);
  assert.deepEqual(told(now), []);
  note(db, 'first');
  db.metrics.record(1, 5, { loss: 1 });
  db.metrics.record(1, 6, { loss: 1 });
  assert.deepEqual(told(now), [
    ['happened', 'first', '2.1.3'],
    ['points', '1: 5,6', '2.1.6'],
  ]);
  assert.deepEqual(told(now), []);
});

test('who comes back goes on behind the last id, also over a new round: nothing is lost and nothing repeated', (t) => {
  const { db, watch } = scene(t);
  for (const text of ['a', 'b', 'c']) note(db, text);
  db.metrics.record(1, 4, { loss: 1 });
  db.metrics.record(1, 8, { loss: 1 });
  db.rounds.start(2, { stage: 'train', teacher: null, startedAtMs: T0 });
  db.metrics.record(2, 2, { loss: 1 });
  assert.deepEqual(told(watch(parseCursor('1.1.4'))), [
    ['happened', 'b', '2.1.4'],
    ['happened', 'c', '3.1.4'],
    ['points', '1: 8', '3.1.8'],
    ['points', '2: 2', '3.2.2'],
  ]);
});

test('an id that is none of ours begins now', () => {
  for (const text of ['', '1', '1.2', '-1.0.0', '1.0.0; DROP', '9'.repeat(40)]) assert.equal(parseCursor(text), null);
  assert.deepEqual(parseCursor('12.3.400'), { event: 12, round: 3, step: 400 });
});

test('a state is said when it changes, and not otherwise for a while', (t) => {
  const { watch } = scene(t);
  const now = watch(null);
  assert.deepEqual(
    now.news().map(({ event }) => event),
    ['state'],
  );
  assert.deepEqual(now.news(), []);
});

test('the machine is lit where it is, or where it ended by its own word', () => {
  const interrupted = { kind: 'interrupted', round: 1, stage: 'train', why: null } as const;
  assert.equal(litState({ kind: 'running', round: 1, stage: 'train' }, []), 'train');
  assert.equal(litState({ kind: 'paused', round: 1, stage: 'train' }, []), 'paused');
  assert.equal(litState(interrupted, ['note', 'run-failed', 'stage-started']), 'failed');
  assert.equal(litState(interrupted, ['run-stopped']), 'stopped');
  assert.equal(litState(interrupted, ['stage-started', 'run-stopped']), null);
});
