import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeSettings, parseConfig, type ResolvedConfig, settingsChanged } from './index.ts';

/** With every section that can be null. */
const COMPLETE = `
data:
  labeled: { annotations: train.json, images: images }
  validation: { annotations: val.json, images: images }
  unlabeled: { images: more }
teacher: { testTime: { tiling: { size: 640 } } }
`;
const base = parseConfig(COMPLETE, '/d/c.yaml');
const SECTIONS = ['data.unlabeled', 'teacher.testTime.tiling'];
const leaves = describeSettings().filter(({ key }) => !SECTIONS.includes(key));

/** A copy with other values, whatever the schema says of them. */
function withValues(values: ReadonlyMap<string, unknown>): ResolvedConfig {
  const copy = structuredClone(base);
  for (const [key, value] of values) {
    const path = key.split('.');
    const section = path.slice(0, -1).reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], copy);
    (section as Record<string, unknown>)[path.at(-1) as string] = value;
  }
  return copy;
}

test('whatever settings have another value, exactly those are told, in the order of the schema, with their readers', () => {
  const other = fc.oneof(fc.constant({ of: 'a table' }), fc.constant(['a list']), fc.constant('a text'), fc.constant(-1));
  fc.assert(
    fc.property(fc.subarray(leaves), other, (chosen, value) => {
      const changes = settingsChanged(base, withValues(new Map(chosen.map(({ key }) => [key, value]))));
      assert.deepEqual(
        changes.map(({ key, after, readBy }) => ({ key, after, readBy })),
        chosen.map(({ key, readBy }) => ({ key, after: value, readBy })),
      );
    }),
  );
});

test('each setting alone is one change, and the other way round it is the same one', () => {
  for (const { key } of leaves) {
    const there = settingsChanged(base, withValues(new Map([[key, 'other']])));
    const back = settingsChanged(withValues(new Map([[key, 'other']])), base);
    assert.deepEqual([there.map((change) => change.key), back.map((change) => change.key)], [[key], [key]]);
    assert.equal(there[0].before, back[0].after);
  }
});

test('a section that only one of them has is one setting; the same file elsewhere changes nothing', () => {
  const without = parseConfig(COMPLETE, '/d/c.yaml', ['data.unlabeled=null', 'teacher.testTime.tiling=null']);
  assert.deepEqual(
    settingsChanged(base, without).map(({ key, after }) => [key, after]),
    SECTIONS.map((key) => [key, null]),
  );
  assert.deepEqual(
    settingsChanged(parseConfig(COMPLETE, '/d/c.yaml'), parseConfig(COMPLETE.replaceAll('images: ', 'images: ./'), '/d/x.yaml')),
    [],
  );
});

test('who reads a setting stands with every one of them', () => {
  const readersOf = (name: string) => describeSettings().find(({ key }) => key === name)?.readBy;
  assert.deepEqual(readersOf('data.unlabeled.list'), ['import']);
  assert.deepEqual(readersOf('teacher.floor'), ['label', 'train', 'evaluate']);
  assert.deepEqual(readersOf('teacher.threads'), []);
  assert.deepEqual(readersOf('policy.score'), ['select']);
  assert.deepEqual(readersOf('train.validateSteps'), ['train']);
  assert.deepEqual(readersOf('rounds'), ['decide']);
});
