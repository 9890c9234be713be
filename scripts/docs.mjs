#!/usr/bin/env node
/** Writes the generated pages: docs/config.md from the schema, docs/machine.svg from the machine. Run after `npm run build`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { configReference } from '../dist/config/index.js';
import { machineDot } from '../dist/pipeline/index.js';
import { root } from './setup/steps.mjs';

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'docs/config.md'), configReference());
writeFileSync(join(root, 'docs/machine.svg'), (await Graphviz.load()).dot(machineDot()));
