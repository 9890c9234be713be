#!/usr/bin/env node
/** Writes the generated pages: docs/config.md from the schema. Run after `npm run build`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configReference } from '../dist/config/index.js';
import { root } from './setup/steps.mjs';

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'docs/config.md'), configReference());
