import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventLine } from './event-line.ts';

const textOf = (kind: string, data: object): string => eventLine({ id: 1, atMs: 1, round: 0, kind, data: { kind, ...data } }).text;

test('a fork says who began it, and whether its data were read again', () => {
  const forked = (data: object) => textOf('run-forked', { who: 'Ada', ...data });
  assert.equal(forked({}), 'begun by Ada as a fork of another run');
  assert.equal(forked({ data: 'as-imported' }), 'begun by Ada as a fork of another run');
  assert.equal(forked({ data: 'again' }), 'begun by Ada as a fork of another run, with its data read again');
});
