import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { COMMIT_POINTS } from '../../pipeline/index.ts';
import { GIVEN_POINTS, RUN_POINTS } from './plans.ts';

it('the code passes by every commit point, by no other, and the suite kills runs in all of them', () => {
  const sources = readdirSync('pipeline', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const passed = sources.flatMap((name) =>
    [...readFileSync(join('pipeline', name), 'utf8').matchAll(/^\s*commitPoint\('([\w-]+)'\);$/gm)].map(([, point]) => point as string),
  );
  assert.deepEqual([...new Set(passed)].sort(), [...COMMIT_POINTS].sort());
  assert.deepEqual([...RUN_POINTS, ...GIVEN_POINTS].sort(), [...COMMIT_POINTS].sort());
});
