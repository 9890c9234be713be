import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATORS } from '../graph/operators/index.ts';
import { shapeRules } from './shape-rules.ts';

test('a warm start accepts no operator that training does not run', () => {
  assert.deepEqual(
    [...shapeRules.keys()].filter((name) => !(name in OPERATORS)),
    [],
  );
});
