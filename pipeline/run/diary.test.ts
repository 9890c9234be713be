import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunDatabase } from '../../db/index.ts';
import type { RunEvent } from '../progress.ts';
import { withDatabase } from '../test-data.ts';
import { Diary } from './diary.ts';

const FINISHED: RunEvent = { kind: 'round-finished', round: 1, promoted: true, facts: {} };
const FAILED: RunEvent = { kind: 'run-failed', error: { code: 'X', message: 'y', hint: 'z' } };
const kindsOf = (db: RunDatabase) => db.events.after(0, 9).map(({ kind }) => kind);

/** A diary whose notices cannot be written, where `error` is given. */
function diaryOf(db: RunDatabase, error?: Error) {
  const owed: RunEvent[] = [];
  const owe = (event: RunEvent) => {
    if (error !== undefined) throw error;
    owed.push(event);
  };
  return { diary: new Diary(db, { owe }), owed };
}

describe('the diary of a run', () => {
  it('has what is committed with the rows that make it true, once', () =>
    withDatabase((db) => {
      const { diary, owed } = diaryOf(db);
      const handedOn: RunEvent[] = [];
      const emit = diary.recording((event) => handedOn.push(event));
      diary.commit([FINISHED], () => db.notices.owe('ada', { id: 'a row', atMs: 1, notice: {} }));
      for (const event of [FINISHED, FAILED]) emit(event);
      assert.deepEqual(kindsOf(db), ['round-finished', 'run-failed']);
      assert.deepEqual(owed, [FINISHED, FAILED]);
      assert.deepEqual(handedOn, [FINISHED, FAILED]);
    }));

  it('has nothing where these rows could not be written, and takes the event when it comes by', () =>
    withDatabase((db) => {
      const { diary, owed } = diaryOf(db);
      const write = () => {
        throw new Error('the disk is full');
      };
      assert.throws(() => diary.commit([FINISHED], write), /the disk is full/);
      assert.deepEqual([kindsOf(db), owed], [[], []]);
      diary.recording(() => {})(FINISHED);
      assert.deepEqual([kindsOf(db), owed], [['round-finished'], [FINISHED]]);
    }));

  it('takes neither where a notice cannot be written, and hides no failure', () =>
    withDatabase((db) => {
      const { diary } = diaryOf(db, new Error('no room'));
      assert.throws(() => diary.commit([FINISHED], () => db.notices.owe('ada', { id: 'a row', atMs: 1, notice: {} })), /no room/);
      assert.deepEqual(db.notices.owedTo('ada', { sinceMs: 0, tries: 3 }), []);
      const emit = diary.recording(() => {});
      assert.throws(() => emit(FINISHED), /no room/);
      emit(FAILED);
      assert.deepEqual(kindsOf(db), []);
    }));
});
