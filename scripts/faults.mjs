#!/usr/bin/env node
/**
 * Runs the long tests of the build one after the other: faults that come over runs, and what long runs hold on to.
 * `node scripts/faults.mjs leaks` runs those whose name holds a word given; FAULTS_SEED is another seed than the usual one.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './setup/steps.mjs';

const words = process.argv.slice(2);
const folder = join('dist', 'test', 'long');
const files = readdirSync(join(root, folder))
  .filter((file) => file.endsWith('.js') && (words.length === 0 || words.some((word) => file.includes(word))))
  .map((file) => join(folder, file))
  .sort();
if (files.length === 0) {
  console.error(`no long test matches ${words.join(', ')}`);
  process.exit(2);
}
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
