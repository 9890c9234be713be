import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { claimLease, endLease, LEASE_TIMES, newLease, readOwner, renewLease } from './run-lease.ts';
import type { Lease } from './run-owner.ts';
import { errorOf, testFolder } from './test-database.ts';
import { leaseIn, leaseOf, ownerFileOf, writeLease } from './test-owner.ts';

const { leaseMs } = LEASE_TIMES;
const ENDED_MS = leaseMs + 1000;
const LEASE_MODULE = new URL('./run-lease.js', import.meta.url);

const claim = (folder: string): Lease => {
  const lease = newLease();
  claimLease(folder, lease, leaseMs);
  return lease;
};

test('a bid stands in the way while its process may become the owner, and is removed after that', (t) => {
  const cases = [
    { word: 'of another host', lease: leaseOf(), ageMs: 5100, refused: / is owned by process 4711 on elsewhere since .* ends in 55 s$/ },
    { word: 'of this process', lease: { ...newLease(), token: '1' }, ageMs: 1e9, refused: new RegExp(` by process ${process.pid} on `) },
    { word: 'of another host, too old', lease: leaseOf(), ageMs: ENDED_MS, refused: null },
    { word: 'of a process that is gone', lease: { ...newLease(), pid: 2 ** 22 - 1 }, ageMs: 0, refused: null },
  ];
  for (const { word, lease, ageMs, refused } of cases) {
    const folder = testFolder(t);
    const bid = join(folder, 'owner-0123-abcd.bid');
    writeLease(bid, lease, ageMs);
    if (refused) assert.match(errorOf(() => claim(folder)).message, refused, word);
    else claim(folder);
    assert.equal(existsSync(bid), refused !== null, word);
    assert.equal(existsSync(ownerFileOf(folder)), refused === null, word);
  }
});

test('a bid that is being written stands in the way, of whomever it is', (t) => {
  const folder = testFolder(t);
  writeFileSync(join(folder, 'owner-0123-abcd.bid'), '');
  const { code, message } = errorOf(() => claim(folder));
  assert.equal(code, 'ENVIRONMENT_RUN_OWNED');
  assert.equal(message, `The run in ${folder} is owned by another process`);
  assert.deepEqual(readdirSync(folder), ['owner-0123-abcd.bid'], 'the own bid was withdrawn');
});

test('a renewal touches nobody else’s file, and says whose it is', (t) => {
  const folder = testFolder(t);
  const lease = claim(folder);
  assert.deepEqual(renewLease(folder, lease), { kind: 'renewed' });
  assert.deepEqual(leaseIn(folder), lease);
  const other = leaseOf();
  writeLease(ownerFileOf(folder), other, ENDED_MS);
  assert.deepEqual(renewLease(folder, lease), { kind: 'taken', by: other });
  assert.equal(readOwner(folder, leaseMs)?.state, 'unknown', 'the other gave no sign of life');
  endLease(folder, lease);
  assert.deepEqual(leaseIn(folder), other);
  writeFileSync(ownerFileOf(folder), '');
  assert.deepEqual(renewLease(folder, lease), { kind: 'absent' });
  rmSync(ownerFileOf(folder));
  assert.deepEqual(renewLease(folder, lease), { kind: 'absent' });
});

test('where nothing can be written the file still says whose the run is', (t) => {
  const folder = testFolder(t);
  const mine = claim(folder);
  const program = `
    import { readOwner, renewLease } from '${LEASE_MODULE}';
    const [folder, ...leases] = process.argv.slice(1);
    console.log(JSON.stringify([...leases.map((lease) => renewLease(folder, JSON.parse(lease)).kind), readOwner(folder, 1000).pid]));`;
  const readOnly = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"';
  const onReadOnly = (...command: string[]) =>
    spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', readOnly, folder, ...command], { encoding: 'utf8' });
  if (onReadOnly('true').status !== 0) return t.skip('a folder cannot be mounted read-only here');
  const leases = [mine, { ...mine, token: 'another' }].map((lease) => JSON.stringify(lease));
  const { stdout, stderr } = onReadOnly(process.execPath, '--input-type=module', '-e', program, folder, ...leases);
  assert.equal(stdout.trim(), JSON.stringify(['kept', 'taken', process.pid]), stderr);
});

const RACERS = 3;
const ROUNDS = 200;

/** Claims a run after another, each at the same moment as the other racers. */
const RACER = `
const { join } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');
const { folder, arrivals } = workerData;
const got = [];
import('${LEASE_MODULE}').then(({ claimLease, newLease }) => {
  for (let round = 0; round < ${ROUNDS}; round++) {
    const lease = newLease();
    Atomics.add(arrivals, round, 1);
    for (let here; (here = Atomics.load(arrivals, round)) < ${RACERS}; ) Atomics.wait(arrivals, round, here);
    Atomics.notify(arrivals, round);
    try {
      claimLease(join(folder, String(round)), lease, ${leaseMs});
      got.push(round);
    } catch (error) {
      if (error.code !== 'ENVIRONMENT_RUN_OWNED') throw error;
    }
  }
  parentPort.postMessage(got);
});
`;

async function race(folder: string, arrivals: Int32Array): Promise<number[]> {
  const [got] = await once(new Worker(RACER, { eval: true, workerData: { folder, arrivals } }), 'message');
  return got;
}

test('of several that claim a run at once, never do two get it, without any lock', async (t) => {
  const folder = testFolder(t);
  for (let round = 0; round < ROUNDS; round++) {
    mkdirSync(join(folder, String(round)));
    writeLease(ownerFileOf(join(folder, String(round))), leaseOf(), ENDED_MS);
  }
  const arrivals = new Int32Array(new SharedArrayBuffer(4 * ROUNDS));
  const got = (await Promise.all(Array.from({ length: RACERS }, () => race(folder, arrivals)))).flat();
  assert.equal(new Set(got).size, got.length, 'each run has one owner');
  assert.ok(got.length > 0, 'somebody gets it');
});
