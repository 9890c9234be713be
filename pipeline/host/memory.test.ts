import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostMemory, obtainableBytes, parseMemory } from './memory.ts';

describe('the memory of the machine', () => {
  it('is what the kernel says, in bytes', () => {
    const memory = parseMemory('MemTotal:       24691472 kB\nMemAvailable:   20000000 kB\nHugePages_Total:       0\n');
    assert.deepEqual(
      [...memory],
      [
        ['MemTotal', 24691472 * 1024],
        ['MemAvailable', 20000000 * 1024],
      ],
    );
  });

  it('is for new processes what the smaller of machine and limit has left', () => {
    const limit = { bytes: 4e9, usedBytes: 3e9, file: '/sys/fs/cgroup/memory.max' };
    assert.equal(obtainableBytes({ availableBytes: 9e9, limit: null }), 9e9);
    assert.equal(obtainableBytes({ availableBytes: 9e9, limit }), 1e9);
    assert.equal(obtainableBytes({ availableBytes: 5e8, limit }), 5e8);
    assert.equal(obtainableBytes({ availableBytes: 9e9, limit: { ...limit, usedBytes: 5e9 } }), 0);
  });

  it('is known here', async () => {
    const memory = await hostMemory();
    assert.ok(memory.availableBytes > 0 && memory.availableBytes <= memory.totalBytes);
  });
});
