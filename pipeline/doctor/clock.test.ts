import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ClockFacts, judgeClock } from './clock.ts';

const NOON_MS = Date.UTC(2026, 4, 1, 12);
const RIGHT: ClockFacts = {
  before: { wallMs: NOON_MS, steadyMs: 100 },
  after: { wallMs: NOON_MS + 10_000, steadyMs: 10_101 },
  timeZone: 'Europe/Berlin',
  filesAheadMs: -3,
  synchronized: true,
};

const problems = (facts: Partial<ClockFacts>) =>
  judgeClock({ ...RIGHT, ...facts })
    .filter(({ state }) => state !== 'ok')
    .map(({ id, detail, fix }) => ({ id, detail, fix }));
const fix = 'sudo timedatectl set-ntp true';

describe('the clock', () => {
  it('that is right says its time and zone', () => {
    assert.deepEqual(problems({}), []);
    assert.equal(judgeClock(RIGHT)[0]?.detail, '2026-05-01T12:00:10.000Z, time zone Europe/Berlin');
  });

  it('of a machine whose battery is empty is in another century', () => {
    const after = { wallMs: 10_000, steadyMs: 10_100 };
    const found = problems({ before: { wallMs: 0, steadyMs: 100 }, after });
    assert.deepEqual(
      found.map(({ id }) => id),
      ['clock.time'],
    );
  });

  it('that is set during the check is seen, both ways', () => {
    const [forward] = problems({ after: { wallMs: NOON_MS + 13_200, steadyMs: 10_100 } });
    const detail = 'the clock was set forward by 3.2 s during this check: rates and waits would be wrong';
    assert.deepEqual(forward, { id: 'clock.steady', detail, fix });
    const [back] = problems({ after: { wallMs: NOON_MS, steadyMs: 10_100 } });
    assert.match(back?.detail ?? '', /^the clock was set back by 10\.0 s/);
  });

  it('of the file system may be another one', () => {
    const detail = "2.5 s behind this machine's: the age of files says nothing";
    assert.deepEqual(problems({ filesAheadMs: -2500 }), [{ id: 'clock.files', detail, fix }]);
    assert.equal(problems({ filesAheadMs: 2001 }).length, 1);
    assert.equal(problems({ filesAheadMs: 2000 }).length, 0);
    assert.deepEqual(
      judgeClock({ ...RIGHT, filesAheadMs: null }).map(({ id }) => id),
      ['clock.time', 'clock.steady', 'clock.synchronized'],
    );
  });

  it('that follows no time server is named, and is none where that is not known', () => {
    assert.deepEqual(problems({ synchronized: false }), [{ id: 'clock.synchronized', detail: 'the clock follows no time server', fix }]);
    assert.deepEqual(problems({ synchronized: null }), []);
  });
});
