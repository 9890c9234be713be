#!/usr/bin/env node
/**
 * Builds the pages: that of the inspector (one script, one style sheet, no file from elsewhere), and what a report of a run is made of.
 *
 *   node scripts/page.mjs            into dist
 *   node scripts/page.mjs OUTDIR     into another folder of the repository
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { root } from './setup/steps.mjs';

const outDir = join(root, process.argv[2] ?? 'dist', 'web/page');
const options = {
  absWorkingDir: root,
  outdir: outDir,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  logLevel: 'warning',
};
await build({ ...options, entryPoints: ['web/page/main.tsx'], legalComments: 'linked' });
// A report is one file: licences stand in it.
await build({ ...options, entryPoints: [{ in: 'web/page/report/main.tsx', out: 'report' }], legalComments: 'inline' });
cpSync(join(root, 'web/page/index.html'), join(outDir, 'index.html'));
