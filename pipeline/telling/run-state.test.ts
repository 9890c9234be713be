import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventRow, RunOwner, RunStatus } from '../../db/index.ts';
import { firstContext, MACHINE_VERSION, type RunContext } from '../machine/machine.ts';
import { Pace } from './pace.ts';
import { runState } from './run-state.ts';

const NOW = 1_700_000_000_000;
const CONTEXT: RunContext = { ...firstContext({ rounds: 2, given: false, waits: [30] }), round: 1, stage: 'label' };
const FAILURE = { code: 'ENVIRONMENT_CHILD_DIED', message: 'it died', hint: 'resume' };
const RETRY = { failures: 2, waitMs: 30_000, dueMs: NOW + 5000, failure: FAILURE };

const owner = (state: RunOwner['state']): RunOwner => ({
  ...{ pid: 1, host: 'here', since: '2023-11-14T22:13:20.000Z', sinceMs: NOW, beatAgeMs: 1000, leaseLeftMs: null },
  state,
});

function written(value: string, context: Partial<RunContext> = {}, events: readonly EventRow[] = []) {
  const state = { value, context: { ...CONTEXT, ...context } };
  return { snapshot: { atMs: NOW, machineVersion: MACHINE_VERSION, state }, rounds: [], events };
}

const event = (kind: string, data: object): EventRow => ({ id: 1, atMs: NOW, round: null, kind, data });

describe('the state of a run', () => {
  const place = { round: 1, stage: 'label' };
  const waiting = { kind: 'waiting', ...place, untilMs: NOW + 5000, failures: 2, why: 'it died' };
  const cases: readonly (readonly [name: string, ReturnType<typeof written>, RunOwner | null, object])[] = [
    ['runs while its owner lives', written('label'), owner('alive'), { kind: 'running', ...place }],
    ['is paused by its machine', written('paused'), owner('alive'), { kind: 'paused', ...place }],
    ['waits until its deadline', written('waiting', { retry: RETRY }), owner('alive'), waiting],
    [
      'goes on when the deadline has passed',
      written('waiting', { retry: { ...RETRY, dueMs: NOW } }),
      owner('alive'),
      { kind: 'running', ...place },
    ],
    ['is finished, whoever is there', written('finished'), owner('alive'), { kind: 'finished' }],
    ['is interrupted without an owner', written('label'), null, { kind: 'interrupted', ...place, why: null }],
    ['is interrupted where its owner is dead', written('paused'), owner('dead'), { kind: 'interrupted', ...place, why: null }],
    [
      'is interrupted where the lease of a far owner ended',
      written('label'),
      owner('unknown'),
      { kind: 'interrupted', ...place, why: null },
    ],
    [
      'says why it stopped',
      written('label', {}, [event('note', {}), event('run-stopped', { why: 'asked for' })]),
      null,
      { kind: 'interrupted', ...place, why: 'asked for' },
    ],
    [
      'says what failed',
      written('label', {}, [event('run-failed', { error: FAILURE })]),
      null,
      { kind: 'interrupted', ...place, why: 'it died' },
    ],
    [
      'does not say why it stopped before it was resumed',
      written('label', {}, [event('run-resumed', {}), event('run-stopped', { why: 'asked for' })]),
      null,
      { kind: 'interrupted', ...place, why: null },
    ],
  ];
  for (const [name, status, who, expected] of cases) it(name, () => assert.deepEqual(runState(status, who, NOW), expected));

  it('is that of its last round where another version wrote the machine, or nobody yet', () => {
    const rounds = [{ round: { index: 3, stage: 'evaluate' } }] as unknown as RunStatus['rounds'];
    const old = { ...written('label'), snapshot: { atMs: NOW, machineVersion: 1, state: {} }, rounds };
    assert.deepEqual(runState(old, owner('alive'), NOW), { kind: 'running', round: 3, stage: 'evaluate' });
    const nothing = { snapshot: undefined, rounds: [], events: [] };
    assert.deepEqual(runState(nothing, owner('alive'), NOW), { kind: 'running', round: 0, stage: 'import' });
  });
});

describe('the pace of a stage', () => {
  it('is that of the last five minutes', () => {
    const pace = new Pace();
    pace.observe('1 train', 0, 0);
    assert.equal(pace.leftMs(100), null);
    // Slow at first, and ten times as fast after that.
    for (let minute = 1; minute <= 10; minute++) pace.observe('1 train', minute, minute * 60_000);
    for (let minute = 1; minute <= 6; minute++) pace.observe('1 train', 10 + 10 * minute, (10 + minute) * 60_000);
    assert.equal(pace.leftMs(100), 180_000);
  });

  it('begins anew in another stage, and where a training went back', () => {
    const pace = new Pace();
    pace.observe('1 label', 1, 0);
    pace.observe('1 label', 2, 1000);
    pace.observe('1 train', 5, 2000);
    assert.equal(pace.leftMs(10), null);
    pace.observe('1 train', 6, 3000);
    pace.observe('1 train', 3, 4000);
    assert.equal(pace.leftMs(10), null);
    pace.observe('1 train', 4, 5000);
    assert.equal(pace.leftMs(10), 6000);
  });
});
