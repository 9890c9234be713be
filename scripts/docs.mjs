#!/usr/bin/env node
/**
 * Writes what of the documentation is made by the program: docs/config.md from the schema, docs/machine.svg from the machine, and the
 * pictures of the inspector from a demo run in a temporary folder (some minutes). Run after `npm run build`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { configReference } from '../dist/config/index.js';
import { machineDot } from '../dist/pipeline/index.js';
import { skip } from '../dist/test/browser/browser.js';
import { root } from './setup/steps.mjs';

/** Two rounds, so that there is something to compare, and AP on the way. */
const DEMO = ['rounds=2', 'train.steps=300', 'train.validateSteps=100'];

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'docs/config.md'), configReference());
writeFileSync(join(root, 'docs/machine.svg'), (await Graphviz.load()).dot(machineDot()));
if (skip) console.warn(`docs/inspector stays as it is: ${skip}`);
else drawInspector();

function drawInspector() {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-docs-'));
  try {
    run(['bin/selfpaste.js', 'demo', folder, ...DEMO.flatMap((setting) => ['--set', setting])]);
    const places = { INSPECTED_RUN: join(folder, 'runs/demo'), SCREENSHOTS: join(root, 'docs/inspector') };
    run(['--test', 'dist/test/browser/screenshots.test.js'], places);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(args, variables = {}) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, env: { ...process.env, ...variables }, stdio: 'inherit' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
}
