#!/usr/bin/env node
/**
 * Makes a fresh clone ready to run: packages, better-sqlite3, native TensorFlow, build.
 * Uses nothing but Node itself. Each step leaves a stamp in node_modules/.selfpaste, so the second time costs nothing.
 *
 *   node scripts/bootstrap.mjs          set up with the CPU build of TensorFlow
 *   node scripts/bootstrap.mjs --gpu    set up with the GPU build; kept until node_modules is removed
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { allOf, npm, root, run, say, stamped } from './setup/steps.mjs';
import { installedVariant, installTensorFlow } from './setup/tensorflow.mjs';

const variant = process.argv.includes('--gpu') ? 'gpu' : installedVariant();
const runtime = `${process.platform}-${process.arch}-abi${process.versions.modules}`;

await stamped('packages', ['package-lock.json'], runtime, async () => {
  say('installing packages (npm ci)');
  // Install scripts download from elsewhere and fail where that is closed; the steps below do their work.
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
});

const compiled = ['package.json', 'tsconfig.json', 'scripts/kernels.mjs', 'scripts/page.mjs', ...sources(root)];
// None needs another, and the longest compiles one file on one core.
await allOf([
  stamped('better-sqlite3', ['node_modules/better-sqlite3/package.json'], runtime, buildDatabase),
  stamped(
    'tensorflow',
    ['node_modules/@tensorflow/tfjs-node-gpu/package.json', 'scripts/setup/tensorflow.mjs'],
    `${runtime}-${variant}`,
    () => installTensorFlow(variant),
  ),
  stamped('build', compiled, existsSync(join(root, 'dist')) ? 'dist' : 'no dist', build),
]);

async function buildDatabase() {
  say('building better-sqlite3 (a prebuilt file where one can be had, else 1-2 minutes of compiling)');
  await npm(['rebuild', 'better-sqlite3']);
  // Only opening a database loads the addon; in a process of its own, because a broken one may crash.
  await run(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"]);
}

async function build() {
  say('building');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root]);
  await run(process.execPath, [join(root, 'scripts/kernels.mjs')]);
  await run(process.execPath, [join(root, 'scripts/page.mjs')]);
  return 'dist';
}

/** Every source of the program and its pages, as paths relative to the repository. */
function sources(directory) {
  const roots = readdirSync(directory, { withFileTypes: true }).filter(
    (entry) =>
      entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'dist', 'docs', 'runs', 'scripts'].includes(entry.name),
  );
  return roots
    .flatMap((entry) =>
      readdirSync(join(directory, entry.name), { recursive: true })
        .map((file) => join(entry.name, String(file)))
        .filter((file) => /\.(?:ts|tsx|css|html)$/.test(file)),
    )
    .sort();
}
