import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { RunDatabase } from '../../db/index.ts';
import type { RunEvent } from '../progress.ts';
import { withDatabase } from '../test-data.ts';
import type { Notice } from './notice.ts';
import { memoryAfterwards } from './notice-memory.ts';
import { type NotificationTarget, notifying } from './notifications.ts';

const finished = (round: number): RunEvent => ({ kind: 'round-finished', round, promoted: true, facts: {} });

const to = (file: string): NotificationTarget => ({ kind: 'command', command: `cat >> '${file}'` });
const notThere: NotificationTarget = { kind: 'command', command: 'exit 3' };

const received = (file: string): Notice[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Notice)
    : [];

/** A process of the run: it is told events, and ends. @returns its warnings */
async function living(db: RunDatabase, targets: readonly NotificationTarget[], events: readonly RunEvent[]): Promise<readonly string[]> {
  const warnings: string[] = [];
  const told = notifying(targets, { run: 'small', folder: '/runs/small' }, (event) => {
    if (event.kind === 'note') warnings.push(event.text);
    else db.transaction(() => told.owe(event));
  });
  await told.remembering(db.notices, memoryAfterwards(db.connection.path), async () => {
    for (const event of events) told.emit(event);
  });
  await told.settled();
  return warnings;
}

/** A process that is killed when it has written what happened, and has told nobody. */
async function killed(db: RunDatabase, targets: readonly NotificationTarget[], events: readonly RunEvent[]): Promise<void> {
  const told = notifying(targets, { run: 'small', folder: '/runs/small' }, () => {});
  await told.remembering(db.notices, memoryAfterwards(db.connection.path), async () => {
    for (const event of events) told.owe(event);
  });
}

const owed = (db: RunDatabase): unknown[] => db.connection.all('SELECT receiver, tries FROM notices ORDER BY seq');

describe('what a process did not come to tell', () => {
  it('is told by the next one, first and once, to whom it was owed', () =>
    withDatabase(async (db, folder) => {
      const [ada, eve] = [join(folder, 'ada'), join(folder, 'eve')];
      await killed(db, [to(ada)], [finished(0), finished(1)]);
      assert.deepEqual(await living(db, [to(ada), to(eve)], [finished(2)]), []);
      assert.deepEqual(
        received(ada).map(({ round }) => round),
        [0, 1, 2],
      );
      assert.deepEqual(
        received(eve).map(({ round }) => round),
        [2],
      );
      assert.equal(new Set(received(ada).map(({ id }) => id)).size, 3);
      assert.equal(received(ada)[2]?.id, received(eve)[0]?.id);
      await living(db, [to(ada), to(eve)], []);
      assert.deepEqual([received(ada).length, received(eve).length, owed(db)], [3, 1, []]);
    }));

  it('has the same id whenever it is told, and is tried in three processes at most', () =>
    withDatabase(async (db, folder) => {
      const file = join(folder, 'told');
      const failing: NotificationTarget = { kind: 'command', command: `cat >> '${file}'; exit 3` };
      await living(db, [failing], [finished(0)]);
      for (let lives = 0; lives < 4; lives++) await living(db, [failing], []);
      assert.equal(received(file).length, 3);
      assert.equal(new Set(received(file).map(({ id }) => id)).size, 1);
      assert.deepEqual(owed(db), []);
    }));

  it('is no news after a day', () =>
    withDatabase(async (db, folder) => {
      const file = join(folder, 'told');
      await killed(db, [to(file)], [finished(0), finished(1)]);
      db.connection.run('UPDATE notices SET at_ms = at_ms - 86400001 WHERE seq = 1');
      await living(db, [to(file)], []);
      assert.deepEqual(
        received(file).map(({ round }) => round),
        [1],
      );
      assert.deepEqual(owed(db), []);
    }));

  it('names nobody in the database', () =>
    withDatabase(async (db) => {
      const url = new URL('http://127.0.0.1:9/services/SECRET');
      await killed(
        db,
        [
          { kind: 'webhook', url },
          { kind: 'command', command: 'KEY=SECRET tell' },
        ],
        [finished(0)],
      );
      assert.equal(owed(db).length, 2);
      assert.doesNotMatch(JSON.stringify(db.connection.all('SELECT * FROM notices')), /SECRET|services|127\.0/);
    }));
});

it('who is named twice is told once', () =>
  withDatabase(async (db, folder) => {
    const file = join(folder, 'told');
    await living(db, [to(file), to(file)], [finished(0)]);
    assert.deepEqual([received(file).length, owed(db)], [1, []]);
  }));

it('a failure is a warning, and is left to the next process', () =>
  withDatabase(async (db) => {
    assert.match((await living(db, [notThere], [finished(0)])).join(), /was not told of round-finished: it ended with 3$/);
    assert.deepEqual(
      owed(db).map((row) => (row as { tries: number }).tries),
      [1],
    );
  }));
