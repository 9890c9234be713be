#!/usr/bin/env node
/**
 * Compiles the WebAssembly kernels, each next to the module that loads it; what is newer than its source stays.
 *
 *   node scripts/kernels.mjs            into dist
 *   node scripts/kernels.mjs OUTDIR     into another folder of the repository
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { root, run } from './setup/steps.mjs';

const kernels = [
  'augment/kernels/resample',
  'student/learning/kernels/loss',
  'student/learning/kernels/optimizer',
  'teacher/kernels/pixels',
  'teacher/kernels/scan',
];
const compiler = 'node_modules/assemblyscript/bin/asc.js';
const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
const outDir = process.argv[2] ?? 'dist';

for (const kernel of kernels) {
  const source = `${kernel}.ts`;
  const target = join(outDir, `${kernel}.wasm`);
  if (isNewer(target, source) && isNewer(target, 'scripts/kernels.mjs')) continue;
  mkdirSync(join(root, dirname(target)), { recursive: true });
  await run(process.execPath, [compiler, source, '--outFile', target, ...options]);
}

function isNewer(target, source) {
  return existsSync(join(root, target)) && statSync(join(root, target)).mtimeMs > statSync(join(root, source)).mtimeMs;
}
