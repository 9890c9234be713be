import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SelfpasteError } from '../core/index.ts';
import { acquireRunLock, readRunOwner } from './run-lock.ts';
import { testFolder } from './test-database.ts';

const HOLDER = `
import { acquireRunLock } from '${new URL('./run-lock.js', import.meta.url)}';
acquireRunLock(process.argv[1]);
process.stdout.write('held');
setInterval(() => {}, 1000);
`;

function refusal(folder: string): SelfpasteError {
  try {
    acquireRunLock(folder);
  } catch (error) {
    assert.ok(error instanceof SelfpasteError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'expected the lock to be refused' });
}

test('a second process is told who owns the run, and a killed owner owns it no more', async (t) => {
  const folder = join(testFolder(t), 'runs', 'first');
  const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const owner = readRunOwner(folder);
  assert.equal(owner?.pid, holder.pid);
  const { code, message, hint, exitCode } = refusal(folder);
  assert.equal(code, 'ENVIRONMENT_RUN_OWNED');
  assert.equal(message, `The run in ${folder} is owned by process ${holder.pid} on ${hostname()} since ${owner?.since}`);
  assert.equal(
    hint,
    `wait for it to finish, or stop it with \`kill -INT ${holder.pid}\` on ${hostname()}; status and labels can be read meanwhile`,
  );
  assert.equal(exitCode, 3);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = acquireRunLock(folder);
  assert.equal(readRunOwner(folder)?.pid, process.pid);
  lock.release();
});

test('a process cannot take a run twice, and can take it again once released', (t) => {
  const folder = testFolder(t);
  const first = acquireRunLock(folder);
  assert.match(refusal(folder).message, new RegExp(`owned by process ${process.pid} `));
  first.release();
  assert.equal(readRunOwner(folder), undefined);
  acquireRunLock(folder).release();
});
