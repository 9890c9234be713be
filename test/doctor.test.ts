import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DoctorReport } from '../pipeline/index.ts';
import { runProgram, withFolder } from './small-run.ts';

/** On Linux, in a folder that can be written. */
const IDS = [
  ...['node', 'tensorflow', 'wasm', 'onnxruntime', 'sharp', 'sqlite'].map((name) => `parts.${name}`),
  ...['training', 'labeling'].map((name) => `speed.${name}`),
  ...['memory', 'memoryLimit', 'swap', 'processors', 'load'].map((name) => `resources.${name}`),
  ...['space', 'inodes', 'fileSystem', 'writing', 'flush', 'locking', 'log'].map((name) => `disk.${name}`),
  ...['openFiles', 'processes', 'fileSize', 'addressSpace', 'cpuTime', 'coreFiles'].map((name) => `limits.${name}`),
  ...['sharedMemory', 'inotifyWatches', 'inotifyInstances'].map((name) => `limits.${name}`),
  ...['time', 'steady', 'files', 'synchronized'].map((name) => `clock.${name}`),
  'terminal.session',
];
/** Some file systems count no inodes. */
const OPTIONAL = new Set(['disk.inodes']);

describe('selfpaste doctor', () => {
  it('checks everything within a minute, measures speed, and leaves nothing behind', async () => {
    await withFolder(async (folder) => {
      const before = ourScratch();
      const startedMs = performance.now();
      const { code, stdout, stderr } = await runProgram(['doctor', join(folder, 'runs'), '--json']);
      assert.ok(performance.now() - startedMs < 60_000);
      const { findings, cores } = JSON.parse(stdout) as DoctorReport;
      assert.ok(cores >= 1);
      const found = findings.map(({ id }) => id);
      assert.deepEqual(
        found.filter((id) => !OPTIONAL.has(id)),
        IDS.filter((id) => !OPTIONAL.has(id)),
      );
      assert.equal(code, findings.some(({ state }) => state === 'broken') ? 3 : 0, stderr);
      const detailOf = (wanted: string) => findings.find(({ id }) => id === wanted)?.detail ?? '';
      assert.match(detailOf('speed.training'), /^\d+ ms a step, [\d.]+ pictures a second: selfpaste-n at 320 px, batch 4, (native|wasm), /);
      assert.match(detailOf('speed.labeling'), /^[\d.]+ pictures a second for each process of one thread/);
      assert.match(detailOf('disk.space'), new RegExp(`free in ${folder}$`));
      assert.ok(findings.every(({ state, fix }) => state === 'ok' || (fix !== null && !fix.includes('\n'))));
      assert.deepEqual([readdirSync(folder), ourScratch()], [[], before]);
    });
  });

  it('refuses a place inside of a file', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'runs');
      writeFileSync(file, '');
      const { code, stdout, stderr } = await runProgram(['doctor', join(file, 'below')]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.equal(
        stderr,
        `selfpaste: Expected a folder for FOLDER, got "${file}" (string)\n  name the folder where runs will lie [USAGE_NO_FOLDER]\n`,
      );
    });
  });
});

const ourScratch = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('selfpaste-speed-'));
