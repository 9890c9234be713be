import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertEnded, makeScenes, runProgram, SMALL, withFolder, writeConfig } from './small-run.ts';

const PROGRAM = fileURLToPath(new URL('./program.js', import.meta.url));

it('a run stops before a stage where its folder has outgrown its budget, and says what takes the room', () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const config = writeConfig(folder, { ...SMALL, disk: { budgetMb: 2 } });
    const ended = await runProgram(['run', '-c', config]);
    assertEnded(ended, 4);
    assert.match(
      ended.stderr,
      /Expected at most 2 MB in .*small, got \d+ MB, \d+ MB too many: checkpoints \d+ MB, models \d+ MB, database \d+ MB$/m,
    );
    assert.match(ended.stderr, /raise disk\.budgetMb .* \[GUARD_DISK_BUDGET\]$/m);
  }));

/** Room for the first checkpoint and not for the second. */
const FIRST_SIZE = '6m';
/** Mounts a disk in a namespace of its own, lets the run fill it, gives it more room, and goes on. */
const SCRIPT = `
mount -t tmpfs -o size=${FIRST_SIZE} tmpfs "$1"
"$2" "$3" run -c "$4" --set runs="$1" --until stage=train; echo "run ended with $?" >&2
mount -o remount,size=64m "$1"
"$2" "$3" resume "$1/small" --until stage=train; echo "resume ended with $?" >&2`;

it('a disk that fills up while a student trains is told as that, and once there is room the training goes on', async (t) => {
  const mount = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
  if (spawnSync('unshare', [...mount, 'mount -t tmpfs tmpfs /mnt']).status !== 0) return t.skip('a small disk cannot be mounted here');
  await withFolder(async (folder) => {
    await makeScenes(folder);
    const config = writeConfig(folder, { ...SMALL, rounds: 0, retry: { waits: [] }, disk: { minFreeMb: 0 } });
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const program = [SCRIPT, 'sh', disk, process.execPath, PROGRAM, config];
    const { stderr } = spawnSync('unshare', [...mount, ...program], { env, encoding: 'utf8' });
    assert.match(stderr, /^selfpaste: Expected room on the disk for ".*checkpoints\/round-0\/step-0000006\.checkpoint", got ENOSPC$/m);
    assert.match(stderr, /^ {2}free some disk space, .*`selfpaste resume`.* \[ENVIRONMENT_DISK_FULL\]$/m);
    assert.match(stderr, /^run ended with 3$/m);
    assert.match(stderr, /^resume ended with 0$/m);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
});

/** The disk gets room while the run waits for it. */
const WAITING_SCRIPT = `
mount -t tmpfs -o size=${FIRST_SIZE} tmpfs "$1"
(until grep -q run-waiting "$1/small/logs/run.ndjson" 2> /dev/null; do sleep 0.2; done; mount -o remount,size=64m "$1") &
"$2" "$3" run -c "$4" --set runs="$1" --until stage=train; echo "run ended with $?" >&2
wait`;

it('a disk that fills up while a student trains is waited for, also where the wait itself cannot be written', async (t) => {
  const mount = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
  if (spawnSync('unshare', [...mount, 'mount -t tmpfs tmpfs /mnt']).status !== 0) return t.skip('a small disk cannot be mounted here');
  await withFolder(async (folder) => {
    await makeScenes(folder);
    const waits = Array.from({ length: 10 }, () => 2);
    const config = writeConfig(folder, { ...SMALL, rounds: 0, retry: { waits }, disk: { minFreeMb: 0 } });
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const program = [WAITING_SCRIPT, 'sh', disk, process.execPath, PROGRAM, config];
    const { stderr } = spawnSync('unshare', [...mount, ...program], { env, encoding: 'utf8' });
    assert.match(
      stderr,
      /^warning: Expected room on the disk .*ENOSPC; round 0 train is tried again at \d\d:\d\d:\d\d \(failure 1, at most 10\)$/m,
    );
    assert.match(stderr, /^run ended with 0$/m);
  });
});
