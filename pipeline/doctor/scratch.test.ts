import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import type { Finding } from './finding.ts';
import { tryWriting } from './scratch.ts';

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-scratch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a folder is written, flushed and locked by two processes, and is left as it was', async (t) => {
  const folder = emptyFolder(t);
  const facts = await tryWriting(folder);
  assert.equal(facts.kind, 'written');
  assert.ok(facts.bytesPerSecond > 0 && facts.flushMs > 0);
  assert.ok(Math.abs(facts.clockAheadMs) < 2000, `${facts.clockAheadMs} ms`);
  assert.deepEqual([facts.locking, facts.log], [{ kind: 'works' }, { kind: 'works' }]);
  assert.deepEqual(readdirSync(folder), []);
});

test('a folder that is gone refuses with the code of the system', async (t) => {
  const facts = await tryWriting(join(emptyFolder(t), 'gone'));
  assert.deepEqual(facts, { kind: 'refused', code: 'ENOENT', message: 'ENOENT: no such file or directory' });
});

const CHECK = `
import { checkDisk } from '${new URL('./disk.js', import.meta.url)}';
import { tryWriting } from '${new URL('./scratch.js', import.meta.url)}';
const folder = process.argv[1];
process.stdout.write(JSON.stringify(await checkDisk(folder, await tryWriting(folder), 500 * 2 ** 20)));
`;

/** Problems of a disk that is mounted for this check alone, in a namespace of its own; null where that cannot be had. */
function problemsOf(folder: string, options: string): readonly string[] | null {
  const mount = ['--user', '--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`, folder];
  if (spawnSync('unshare', [...mount, 'true']).status !== 0) return null;
  const { stdout, stderr } = spawnSync('unshare', [...mount, process.execPath, '--input-type=module', '-e', CHECK, folder], {
    encoding: 'utf8',
  });
  assert.match(stdout, /^\[/, stderr);
  const findings = JSON.parse(stdout) as readonly Finding[];
  return findings.filter(({ state }) => state !== 'ok').map(({ id, state, fix }) => `${id} ${state} ${fix}`);
}

const NO_DISK = 'no disk can be mounted here';
const IN_MEMORY = 'disk.fileSystem warning selfpaste run -c selfpaste.yaml --set runs=/var/tmp/selfpaste-runs';

test('a disk of a megabyte is found too small, and what did not fit is taken away again', (t) => {
  const folder = emptyFolder(t);
  const problems = problemsOf(folder, 'size=1m');
  if (problems === null) return t.skip(NO_DISK);
  const largest = `du -xhd 2 ${folder} | sort -h | tail -20`;
  assert.deepEqual(problems, [`disk.space broken ${largest}`, IN_MEMORY, `disk.writing broken ${largest}`]);
});

test('a disk that is mounted read-only is named with the command that makes it writable', (t) => {
  const folder = emptyFolder(t);
  const problems = problemsOf(folder, 'ro,size=3g');
  if (problems === null) return t.skip(NO_DISK);
  assert.deepEqual(problems, [IN_MEMORY, `disk.writing broken sudo mount -o remount,rw ${folder}`]);
});
