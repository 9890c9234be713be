#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  console.error('selfpaste is not built yet: run `node scripts/bootstrap.mjs`, or `npm ci && npm run build`');
  process.exit(3);
}
const { runCommandLine } = await import(main.href);
await runCommandLine(process.argv);
