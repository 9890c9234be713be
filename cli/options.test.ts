import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { collect, numberBetween, parseUntil, rangeBetween, readConfig, wholeNumber } from './options.ts';

describe('parseUntil', () => {
  it('reads a round or a stage', () => {
    assert.deepEqual(parseUntil('round=0'), { kind: 'round', round: 0 });
    assert.deepEqual(parseUntil('stage=label'), { kind: 'stage', stage: 'label' });
  });

  for (const text of ['', 'round', 'round=', 'round=-1', 'round=x', 'stage=finished', 'stage=', 'step=3'])
    it(`refuses ${JSON.stringify(text)} and lists what there is`, () => {
      assert.throws(() => parseUntil(text), {
        message: 'Expected round=N or stage=NAME (import, adopt, label, select, train, evaluate, promote).',
      });
    });
});

describe('numbers for commander', () => {
  it('take what is in range', () => {
    assert.equal(numberBetween(0, 1)('0.25'), 0.25);
    assert.equal(wholeNumber(1)('12'), 12);
  });

  for (const text of ['', ' ', 'x', '1.01', '-0.1', 'NaN'])
    it(`numberBetween(0, 1) refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => numberBetween(0, 1)(text), { message: 'Expected a number from 0 to 1.' });
    });

  for (const text of ['', '0', '1.5', 'Infinity', '99999999999999999999'])
    it(`wholeNumber(1) refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => wholeNumber(1)(text), { message: 'Expected a whole number of at least 1.' });
    });
});

describe('rangeBetween', () => {
  const score = rangeBetween(0, 1);

  it('reads both ends, either end, or one number', () => {
    assert.deepEqual(score('0.3..0.6'), { from: 0.3, to: 0.6 });
    assert.deepEqual(score('0.3..'), { from: 0.3 });
    assert.deepEqual(score('..0.6'), { to: 0.6 });
    assert.deepEqual(score('0.5'), { from: 0.5, to: 0.5 });
    assert.deepEqual(rangeBetween(0, Number.POSITIVE_INFINITY)('1e3..'), { from: 1000 });
  });

  for (const text of ['', '..', 'x', '0.6..0.3', '-1..0.5', '0..2', '0.1..0.2..0.3', '0.1...0.2', '0.1-0.2'])
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => score(text), { message: 'Expected a range as LOW..HIGH, LOW.. or ..HIGH within 0 to 1.' });
    });
});

it('collect keeps every value of an option in order', () => {
  assert.deepEqual(collect('b=2', collect('a=1', [])), ['a=1', 'b=2']);
});

describe('readConfig', () => {
  it('says where it looked and how to get a configuration', () => {
    assert.throws(() => readConfig({ config: '/nowhere/selfpaste.yaml', set: [] }), {
      code: 'CONFIG_UNREADABLE',
      message: /^Expected a configuration at \/nowhere\/selfpaste\.yaml, but it cannot be read: ENOENT/,
      hint: 'write one with `selfpaste init DIR`, or name it with -c FILE',
    });
  });

  it('lets --set win over the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'selfpaste-cli-'));
    try {
      const file = join(folder, 'selfpaste.yaml');
      const part = { annotations: 'a.json', images: 'images' };
      writeFileSync(file, JSON.stringify({ seed: 1, data: { labeled: part, validation: part } }));
      const config = readConfig({ config: file, set: ['seed=2', 'train.steps=3'] });
      assert.deepEqual([config.seed, config.train.steps], [2, 3]);
      assert.equal(config.data.labeled.images, join(folder, 'images'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
