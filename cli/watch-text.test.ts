import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { EventRow } from '../db/index.ts';
import { clockTime, type RunEvent } from '../pipeline/index.ts';
import { testReport } from '../web/test-report.ts';
import { stateText } from './state-text.ts';
import { watchText } from './watch-text.ts';

const AT_MS = 1_700_000_000_000;
const row = (event: RunEvent, id = 1): EventRow => ({ id, atMs: AT_MS, round: null, kind: event.kind, data: event });
const note = (text: string): EventRow => row({ kind: 'note', round: null, level: 'warn', text });

it('who watches sees where the run is, how far, what is best and what happened last', () => {
  const events = [
    row({ kind: 'run-failed', error: { code: 'BUG', message: 'm', hint: 'h' } }),
    row({ kind: 'stage-started', round: 1, stage: 'train' }),
    note('bad\u001b[2Jname'),
    { id: 2, atMs: AT_MS, round: 1, kind: 'backend', data: { name: 'cpu' } },
    row({ kind: 'run-continued', round: 1, stage: 'train', who: 'somebody' }),
    note('too long ago'),
  ];
  const lines = watchText({ ...testReport('a'), events }, 90_000).split('\n');
  const time = clockTime(AT_MS);
  assert.deepEqual(lines.slice(0, 2), ['/runs/a', 'run a: round 1, train']);
  assert.deepEqual(lines.slice(-8), [
    '',
    'owner: process 1 on here since 2023-11-14T22:13:20.000Z, last sign of life 1.5 s ago',
    `round 1 train    ${'█'.repeat(7)}${'░'.repeat(17)} 30/100 steps  loss 2.500  90 s left`,
    'best maskAp 0.300 (round 0, step 50)',
    '',
    `${time}  goes on, says somebody`,
    `${time}  warning: bad\\x1b[2Jname`,
    `${time}  error: failed: m; h [BUG]`,
  ]);
});

it('a process that is gone is not shown as an owner', () => {
  const report = testReport('a');
  const dead = { ...report, owner: { ...(report.owner ?? assert.fail()), state: 'dead' as const } };
  assert.doesNotMatch(watchText(dead, null), /owner/);
  const unseen = { ...report, owner: { ...dead.owner, state: 'unknown' as const } };
  assert.match(watchText(unseen, null), /owner: process 1 on here .*, whether it lives cannot be seen from here/);
});

it('each state has its words', () => {
  const place = { round: 1, stage: 'label' } as const;
  const waiting = { kind: 'waiting', ...place, untilMs: AT_MS + 30_000, failures: 2, why: 'it died' } as const;
  assert.equal(stateText({ kind: 'paused', ...place }, AT_MS), 'paused in round 1, label; go on with `selfpaste resume`');
  assert.equal(
    stateText(waiting, AT_MS),
    `waiting until ${clockTime(AT_MS + 30_000)}, in 30 s, to try round 1, label again (failure 2): it died`,
  );
  assert.equal(
    stateText({ kind: 'interrupted', ...place, why: 'asked\u0007' }, AT_MS),
    'not running, in round 1, label (asked\\x07); go on with `selfpaste resume`',
  );
  assert.equal(
    stateText({ kind: 'interrupted', ...place, why: null }, AT_MS),
    'not running, in round 1, label; go on with `selfpaste resume`',
  );
  assert.equal(stateText({ kind: 'finished' }, AT_MS), 'finished');
});
