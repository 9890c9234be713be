import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisProcess } from './process-facts.ts';
import { LEASE_TIMES } from './run-lease.ts';
import { acquireRunLock, readRunOwner } from './run-lock.ts';
import { errorOf, testFolder } from './test-database.ts';
import { deleteLockFile, leaseIn, leaseOf, ownerFileOf, startHolder, underHost, writeLease } from './test-owner.ts';

/** The lease is as long as it is in earnest, so that a busy machine changes nothing. */
const MANY_BEATS = { ...LEASE_TIMES, beatMs: 20 };
/** Only what a test calls counts. */
const NO_BEATS = { beatMs: 3_600_000, leaseMs: 300 };

test('a second process is told who owns the run, and a killed owner owns it no more', async (t) => {
  const folder = join(testFolder(t), 'runs', 'first');
  const holder = await startHolder(t, folder, LEASE_TIMES);
  const owner = readRunOwner(folder);
  assert.deepEqual([owner?.pid, owner?.host, owner?.state, owner?.leaseLeftMs], [holder.taken.pid, hostname(), 'alive', null]);
  assert.equal(owner?.sinceMs, Date.parse(owner?.since ?? ''));
  const { code, message, hint, exitCode } = errorOf(() => acquireRunLock(folder));
  assert.equal(code, 'ENVIRONMENT_RUN_OWNED');
  const expected = `The run in ${folder} is owned by process ${owner?.pid} on ${hostname()} since ${owner?.since}; last sign of life N s ago`;
  assert.equal(message.replace(/\d+ s ago/, 'N s ago'), expected);
  assert.equal(hint, `stop it with \`selfpaste stop ${folder}\` from any terminal, or wait; status and labels can be read meanwhile`);
  assert.equal(exitCode, 3);
  await holder.kill();
  assert.equal(readRunOwner(folder)?.state, 'dead');
  const lock = acquireRunLock(folder);
  assert.equal(readRunOwner(folder)?.pid, process.pid);
  lock.requireHeld();
  lock.release();
});

test('a process cannot take a run twice, and can take it again once released; nothing but the lock file is left', (t) => {
  const folder = testFolder(t);
  const first = acquireRunLock(folder);
  assert.match(errorOf(() => acquireRunLock(folder)).message, new RegExp(`owned by process ${process.pid} `));
  first.release();
  assert.equal(readRunOwner(folder), undefined);
  acquireRunLock(folder).release();
  assert.deepEqual(readdirSync(folder), ['lock.db']);
});

test('an owner whose lock file was deleted still owns the run, also while it is suspended, until it is killed', async (t) => {
  const folder = testFolder(t);
  const holder = await startHolder(t, folder, NO_BEATS);
  deleteLockFile(folder);
  assert.match(errorOf(() => acquireRunLock(folder, NO_BEATS)).message, new RegExp(`is owned by process ${holder.taken.pid} on `));
  holder.process.kill('SIGSTOP');
  await sleep(NO_BEATS.leaseMs);
  assert.equal(errorOf(() => acquireRunLock(folder, NO_BEATS)).code, 'ENVIRONMENT_RUN_OWNED');
  assert.equal(readRunOwner(folder, NO_BEATS)?.state, 'alive');
  holder.process.kill('SIGCONT');
  assert.equal(await holder.tell('requireHeld'), null);
  await holder.kill();
  acquireRunLock(folder, NO_BEATS).release();
});

test('an owner gives signs of life without being called', async (t) => {
  const folder = testFolder(t);
  const lock = acquireRunLock(folder, MANY_BEATS);
  t.after(() => lock.release());
  const before = statSync(ownerFileOf(folder)).mtimeMs;
  await sleep(5 * MANY_BEATS.beatMs);
  assert.ok(statSync(ownerFileOf(folder)).mtimeMs > before);
});

test('an owner whose owner file was deleted or spoiled writes it again', async (t) => {
  const folder = testFolder(t);
  const lock = acquireRunLock(folder, MANY_BEATS);
  t.after(() => lock.release());
  const { token } = leaseIn(folder);
  rmSync(ownerFileOf(folder));
  await sleep(5 * MANY_BEATS.beatMs);
  assert.equal(leaseIn(folder).token, token);
  writeFileSync(ownerFileOf(folder), '{"tok');
  await sleep(5 * MANY_BEATS.beatMs);
  assert.equal(leaseIn(folder).token, token);
  lock.requireHeld();
});

test('a reused process number, another boot and a lease of an earlier version keep nobody out', (t) => {
  const gone = 2 ** 22 - 1;
  const { processStart, bootId } = thisProcess();
  const here = { pid: process.pid, host: hostname() };
  const beforeBootMs = (uptime() + 60) * 1000;
  const leases = [
    { lease: leaseOf({ host: hostname(), pid: gone }), ageMs: 0 },
    { lease: leaseOf({ ...here, processStart: (processStart ?? 0) + 1 }), ageMs: 0 },
    { lease: leaseOf({ ...here, bootId: 'of-another-boot' }), ageMs: beforeBootMs },
  ];
  if (bootId === null) return t.skip('there is no /proc here');
  for (const { lease, ageMs } of leases) {
    const folder = testFolder(t);
    writeLease(ownerFileOf(folder), lease, ageMs);
    assert.equal(readRunOwner(folder)?.state, 'dead');
    const lock = acquireRunLock(folder);
    assert.notEqual(leaseIn(folder).token, lease.token);
    lock.release();
  }
  const folder = testFolder(t);
  writeFileSync(ownerFileOf(folder), JSON.stringify({ ...here, pid: gone, since: '2026-01-02T03:04:05.678Z' }));
  assert.equal(readRunOwner(folder)?.state, 'dead');
  acquireRunLock(folder).release();
});

test('a process on another host, or on another machine of the same name, owns the run until its lease ends', (t) => {
  for (const host of ['elsewhere', hostname()]) {
    const folder = testFolder(t);
    const lease = leaseOf({ host, bootId: 'of-another-machine' });
    writeLease(ownerFileOf(folder), lease, 17_050);
    assert.equal(readRunOwner(folder)?.state, 'alive');
    const { code, message } = errorOf(() => acquireRunLock(folder));
    assert.equal(code, 'ENVIRONMENT_RUN_OWNED');
    const who = `process 4711 on ${host} since 2026-01-02T03:04:05.678Z; last sign of life 17 s ago, its lease ends in 43 s`;
    assert.equal(message, `The run in ${folder} is owned by ${who}`);
    writeLease(ownerFileOf(folder), lease, LEASE_TIMES.leaseMs + 1000);
    if (host === 'elsewhere') assert.equal(readRunOwner(folder)?.state, 'unknown');
    acquireRunLock(folder).release();
  }
});

test('a suspended owner finds that another host took the run over, and leaves it alone', async (t) => {
  const folder = testFolder(t);
  const times = { beatMs: 50, leaseMs: 3000 };
  const under = underHost('elsewhere');
  if (under === undefined) return t.skip('a process cannot be given another host name here');
  const first = await startHolder(t, folder, times, under);
  deleteLockFile(folder);
  assert.equal(errorOf(() => acquireRunLock(folder, times)).code, 'ENVIRONMENT_RUN_OWNED');
  first.process.kill('SIGSTOP');
  await sleep(times.leaseMs / 2);
  writeLease(ownerFileOf(folder), leaseIn(folder), times.leaseMs);
  const second = acquireRunLock(folder, times);
  t.after(() => second.release());
  const { token, since } = leaseIn(folder);
  first.process.kill('SIGCONT');
  const refused = await first.tell('requireHeld');
  assert.equal(refused?.code, 'ENVIRONMENT_RUN_TAKEN_OVER');
  const message = `The run in ${folder} was taken over by process ${process.pid} on ${hostname()} at ${since}, while this process gave no sign of life for N s`;
  assert.equal(refused?.message.replace(/\d+ s$/, 'N s'), message);
  assert.equal(refused?.hint, 'leave it to that process: nothing of yours is lost, the run goes on there');
  assert.equal(await first.tell('release'), null);
  assert.equal(leaseIn(folder).token, token);
  second.requireHeld();
});

test('who lost a run has lost it for good, also where the other is done with it', async (t) => {
  const folder = testFolder(t);
  const lock = acquireRunLock(folder, NO_BEATS);
  await sleep(NO_BEATS.leaseMs);
  writeLease(ownerFileOf(folder), leaseOf());
  assert.match(errorOf(() => lock.requireHeld()).message, / was taken over by process 4711 on elsewhere /);
  rmSync(ownerFileOf(folder));
  assert.match(errorOf(() => lock.requireHeld()).message, / was taken over by process 4711 on elsewhere /);
  lock.release();
});

test('an owner that was silent for a whole lease goes on where the file is its own, and not where it is gone', async (t) => {
  const folder = testFolder(t);
  const lock = acquireRunLock(folder, NO_BEATS);
  await sleep(NO_BEATS.leaseMs);
  lock.requireHeld();
  await sleep(NO_BEATS.leaseMs);
  rmSync(ownerFileOf(folder));
  const { code, message, hint } = errorOf(() => lock.requireHeld());
  assert.equal(code, 'ENVIRONMENT_RUN_TAKEN_OVER');
  assert.equal(
    message,
    `The run in ${folder} was free to take while this process gave no sign of life for 0 s: another may have gone on with it`,
  );
  assert.equal(hint, 'resume it: nothing of yours is lost, it goes on from what was committed last');
  lock.release();
  assert.deepEqual(readdirSync(folder), ['lock.db']);
});

test('an owner that cannot tell whether it is one goes on while its lease lasts, and no longer', async (t) => {
  const folder = testFolder(t);
  const leaseMs = 1000;
  const lock = acquireRunLock(folder, { beatMs: 20, leaseMs });
  rmSync(ownerFileOf(folder));
  mkdirSync(ownerFileOf(folder));
  lock.requireHeld();
  await sleep(leaseMs);
  const { code, message, hint } = errorOf(() => lock.requireHeld());
  assert.equal(code, 'ENVIRONMENT_RUN_OUT_OF_REACH');
  assert.ok(message.startsWith(`Expected owner.json in ${folder} to say that this process still owns the run, got EISDIR`), message);
  assert.equal(hint, 'check the disk (and the connection, if it is a network disk), then resume the run; what was committed is safe');
  lock.release();
});
