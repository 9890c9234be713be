import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { pause } from './pause.ts';

const LONG_MS = 60_000;

test('any of its signals ends a pause, before and while it lasts, and nothing listens afterwards', async () => {
  const [stop, other] = [new AbortController(), new AbortController()];
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const pausing = pause(LONG_MS, stop.signal, other.signal);
  other.abort();
  await pausing;
  await pause(LONG_MS, stop.signal, other.signal);
  assert.equal(timers(), before);
  await pause(5, stop.signal);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
});

test('a pause lasts as long as it says', async () => {
  const startedMs = performance.now();
  await pause(60, new AbortController().signal);
  assert.ok(performance.now() - startedMs > 50);
});
