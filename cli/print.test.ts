import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytes, duration, printable, table } from './print.ts';

describe('printable', () => {
  it('shows control characters as what they are', () => {
    assert.equal(printable('a\u001b[31mred\u0007\nb\u009b'), 'a\\x1b[31mred\\x07\\x0ab\\x9b');
  });

  it('leaves every other text alone', () => {
    assert.equal(printable('Straße 猫 🐈'), 'Straße 猫 🐈');
  });

  it('never lets one through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const char of printable(text)) assert.ok(char >= ' ' && !(char >= '\u007f' && char <= '\u009f'));
      }),
    );
  });
});

describe('table', () => {
  it('puts numbers to the right, words to the left, and a dash where there is nothing', () => {
    assert.equal(
      table(
        ['name', 'count', 'AP'],
        [
          ['cat', 7, 0.51234],
          ['elephant', 1200, null],
        ],
      ),
      ['name      count     AP', '--------  -----  -----', 'cat           7  0.512', 'elephant   1200      -'].join('\n'),
    );
  });

  it('keeps its headers without any row', () => {
    assert.equal(table(['a', 'bc'], []), 'a  bc\n-  --');
  });

  it('is not torn by a name with a line break', () => {
    assert.equal(table(['name'], [['two\nlines']]).split('\n').length, 3);
  });
});

const DURATIONS: readonly (readonly [ms: number, text: string])[] = [
  [0, '0.0 s'],
  [1234, '1.2 s'],
  [12_345, '12 s'],
  [75_000, '75 s'],
  [725_000, '12 min 5 s'],
  [7_380_000, '2 h 3 min'],
];
for (const [ms, text] of DURATIONS) it(`duration: ${ms} ms is ${text}`, () => assert.equal(duration(ms), text));

const SIZES: readonly (readonly [count: number, text: string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [956_568, '956.6 KB'],
  [2.5e9, '2.5 GB'],
  [3e16, '30000.0 TB'],
];
for (const [count, text] of SIZES) it(`bytes: ${count} is ${text}`, () => assert.equal(bytes(count), text));
