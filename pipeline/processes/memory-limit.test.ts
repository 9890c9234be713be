import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryLimit } from './memory-limit.ts';

function limitOf(limitMb: number | null) {
  const told: string[] = [];
  const processes = { entry: 'trainer', setting: 'train.memoryLimitMb', limitMb, fewest: 50, unit: 'step(s)' } as const;
  return { limit: new MemoryLimit(processes, (note) => told.push(note)), told };
}

test('a process above the limit is outgrown, which is told once', () => {
  const { limit, told } = limitOf(1000);
  const [first, second] = [{ pid: 7 }, { pid: 7 }];
  assert.equal(limit.isOutgrownBy(first, 1000, 60), false);
  assert.equal(limit.isOutgrownBy(first, 1000.6, 70), true);
  assert.equal(limit.isOutgrownBy(first, 900, 80), true);
  // A number that the system gave to another process before.
  assert.equal(limit.isOutgrownBy(second, 900, 80), false);
  assert.deepEqual(told, ['The trainer process 7 has 1001 MB, more than train.memoryLimitMb = 1000; replaced']);
});

test('a limit that the first work needs more than is not kept, for no process', () => {
  const { limit, told } = limitOf(1000);
  assert.equal(limit.isOutgrownBy({ pid: 7 }, 1200, 49), false);
  assert.equal(limit.isOutgrownBy({ pid: 8 }, 5000, 500), false);
  assert.deepEqual(told, [
    'The trainer process 7 has 1200 MB, more than train.memoryLimitMb = 1000, after 49 step(s): the limit is not kept',
  ]);
});

test('no limit is never outgrown', () => {
  assert.equal(limitOf(null).limit.isOutgrownBy({ pid: 7 }, 1e9, 500), false);
});
