#!/usr/bin/env node
/**
 * Builds the pages of the inspector: one script, one style sheet, no file from elsewhere.
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
await build({
  absWorkingDir: root,
  entryPoints: ['web/page/main.tsx'],
  outdir: outDir,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
});
cpSync(join(root, 'web/page/index.html'), join(outDir, 'index.html'));
