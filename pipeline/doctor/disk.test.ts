import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DiskFacts, judgeDisk } from './disk.ts';
import type { ScratchFacts } from './scratch.ts';

const WRITTEN: ScratchFacts = {
  ...{ kind: 'written', bytesPerSecond: 200e6, flushMs: 2, clockAheadMs: 0 },
  ...{ locking: { kind: 'works' }, log: { kind: 'works' } },
};
const GOOD: DiskFacts = {
  ...{ folder: '/runs', mount: { source: '/dev/vda', folder: '/', type: 'ext4' } },
  ...{ freeBytes: 50e9, freeFiles: 1e6, minFreeBytes: 500e6, scratch: WRITTEN },
};

/** What is said of a disk beside what is good: `id state fix`. */
const problems = (facts: Partial<DiskFacts>) =>
  judgeDisk({ ...GOOD, ...facts })
    .filter(({ state }) => state !== 'ok')
    .map(({ id, state, fix }) => `${id} ${state} ${fix}`);
const refused = (code: string): ScratchFacts => ({ kind: 'refused', code, message: `${code}: why` });

describe('a disk', () => {
  it('that has room, speed and locks is good', () => {
    assert.deepEqual(
      judgeDisk(GOOD).map(({ id, state }) => `${id} ${state}`),
      ['space', 'inodes', 'fileSystem', 'writing', 'flush', 'locking', 'log'].map((name) => `disk.${name} ok`),
    );
  });

  it('with little room is named, and with less than a run waits for is broken', () => {
    const fix = 'du -xhd 2 /runs | sort -h | tail -20';
    assert.deepEqual(problems({ freeBytes: 1.9e9 }), [`disk.space warning ${fix}`]);
    assert.deepEqual(problems({ freeBytes: 499e6 }), [`disk.space broken ${fix}`]);
    assert.match(problems({ freeBytes: 0, folder: "/my runs/it's" })[0] ?? '', /du -xhd 2 '\/my runs\/it'\\''s' \|/);
  });

  it('with few inodes left is named, where it counts them', () => {
    assert.deepEqual(problems({ freeFiles: 999 }), ['disk.inodes warning du -x --inodes -d 2 /runs | sort -n | tail -20']);
    assert.deepEqual(problems({ freeFiles: null }), []);
  });

  it('that cannot be written is broken, by why', () => {
    assert.deepEqual(problems({ scratch: refused('EROFS') }), ['disk.writing broken sudo mount -o remount,rw /']);
    assert.deepEqual(problems({ scratch: refused('EACCES') }), ['disk.writing broken sudo chown "$USER" /runs']);
    assert.deepEqual(problems({ scratch: refused('EDQUOT') }), ['disk.writing broken quota -s']);
    assert.deepEqual(problems({ scratch: refused('EFBIG') }), ['disk.writing broken ulimit -f unlimited']);
    assert.deepEqual(problems({ scratch: refused('ENOSPC') }), ['disk.writing broken du -xhd 2 / | sort -h | tail -20']);
  });

  it('that is slow is named', () => {
    assert.deepEqual(problems({ scratch: { ...WRITTEN, flushMs: 51 } }), ['disk.flush warning iostat -x 1 3']);
    assert.deepEqual(problems({ scratch: { ...WRITTEN, bytesPerSecond: 9e6 } }), ['disk.writing warning iostat -x 1 3']);
  });

  it('without locks or a shared log is broken', () => {
    const elsewhere = 'selfpaste run -c selfpaste.yaml --set runs=/var/tmp/selfpaste-runs';
    assert.deepEqual(problems({ scratch: { ...WRITTEN, locking: { kind: 'shared' } } }), [`disk.locking broken ${elsewhere}`]);
    assert.deepEqual(problems({ scratch: { ...WRITTEN, locking: { kind: 'kept' } } }), [`disk.locking warning ${elsewhere}`]);
    assert.deepEqual(problems({ scratch: { ...WRITTEN, locking: { kind: 'failed', why: 'no locks' } } }), [
      `disk.locking broken ${elsewhere}`,
    ]);
    assert.deepEqual(problems({ scratch: { ...WRITTEN, log: { kind: 'failed', why: 'no memory' } } }), [`disk.log broken ${elsewhere}`]);
  });
});
