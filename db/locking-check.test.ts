import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canReadWhileWriting, takeScratchLock } from './locking-check.ts';
import { errorOf, testFolder } from './test-database.ts';

test('a scratch lock is had once at a time', (t) => {
  const folder = testFolder(t);
  const lock = takeScratchLock(folder);
  assert.equal(errorOf(() => takeScratchLock(folder)).code, 'ENVIRONMENT_DATABASE_BUSY');
  lock.release();
  takeScratchLock(folder).release();
});

test('a database on a disk is read while it is written', (t) => {
  assert.equal(canReadWhileWriting(testFolder(t)), true);
});
