#!/usr/bin/env node
/** Runs every test of the build, or those whose path holds one of the words given: `node scripts/test.mjs db rle`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './setup/steps.mjs';

const words = process.argv.slice(2);
const files = readdirSync(join(root, 'dist'), { recursive: true })
  .map((file) => join('dist', String(file)))
  .filter((file) => file.endsWith('.test.js') && (words.length === 0 || words.some((word) => file.includes(word))))
  .sort();
if (files.length === 0) {
  console.error(
    words.length === 0 ? 'no tests in dist/: run `node scripts/bootstrap.mjs` first' : `no test file matches ${words.join(', ')}`,
  );
  process.exit(2);
}
// Two files at a time: more would only take turns on a small machine, and training tests are large.
const { status } = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
