import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parseClassNames } from './class-names.ts';

const readable: readonly (readonly [string, string, readonly string[]])[] = [
  ['Python dict', "{0: 'nucleus'}", ['nucleus']],
  ['both quotes of Python', `{0: 'cat', 1: "it's", 2: 'say "hi"'}`, ['cat', "it's", 'say "hi"']],
  ['escapes', String.raw`{0: 'it\'s', 1: 'a\\b', 2: 'caf\xe9', 3: '\u00fc'}`, ["it's", 'a\\b', 'café', 'ü']],
  ['punctuation inside a name', "{0: 'a, b: {c}', 1: 'd'}", ['a, b: {c}', 'd']],
  ['keys out of order', "{1: 'b', 0: 'a'}", ['a', 'b']],
  ['comma before the end, line breaks', "{\n 0: 'a',\n 1: 'b',\n}\n", ['a', 'b']],
  ['unicode marks of Python 2', "{0: u'a'}", ['a']],
  ['Python list', "['a', 'b']", ['a', 'b']],
  ['JSON list', '["a", "b"]', ['a', 'b']],
  ['JSON object', '{"0": "a", "1": "b"}', ['a', 'b']],
];

for (const [what, text, names] of readable) test(`reads a ${what}`, () => assert.deepEqual(parseClassNames(text), names));

for (const text of [
  '',
  '{}',
  '[]',
  'cat, dog',
  "{0: 'a'",
  "{0: 'a', 2: 'c'}",
  "{0: 'a', 0: 'b'}",
  '{0: 1}',
  "{'x': 'a'}",
  "[0: 'a']",
  "{0 'a'}",
  '{0: f()}',
]) {
  test(`${JSON.stringify(text)} holds no names`, () => assert.equal(parseClassNames(text), null));
}

test('reads back any names written as JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (names) =>
      assert.deepEqual(parseClassNames(JSON.stringify(names)), names),
    ),
  );
});
