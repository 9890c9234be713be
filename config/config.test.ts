import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { commentedConfig, configReference, describeSettings, parseConfig, restoreConfig } from './index.ts';

const minimal = `
data:
  labeled: { annotations: train.json, images: images }
  validation: { annotations: val.json, images: images }
`;

test('defaults fill in, paths become absolute beside the file', () => {
  const config = parseConfig(minimal, '/data/set/selfpaste.yaml');
  assert.equal(config.data.labeled.annotations, '/data/set/train.json');
  assert.equal(config.runFolder, '/data/set/runs/run');
  assert.equal(config.policy.score, 0.5);
  assert.equal(config.policy.ignoreScore, 0.3);
  assert.equal(config.policy.weight, 'score');
  assert.equal(config.augment.jitter, 'large');
  assert.ok(config.train.threads >= 1);
  assert.ok(Object.isFrozen(config.train));
});

test('--set overrides one setting and keeps the others of its section', () => {
  const config = parseConfig(`${minimal}train: { steps: 7, batchSize: 2 }`, '/d/c.yaml', [
    'train.steps=500',
    'augment.jitter=[0.5, 1]',
    'teacher.model=null',
  ]);
  assert.equal(config.train.steps, 500);
  assert.equal(config.train.batchSize, 2);
  assert.deepEqual(config.augment.jitter, [0.5, 1]);
});

test('a student starts from random weights unless it is told otherwise; a file is found beside the configuration', () => {
  const init = (...set: string[]) => parseConfig(minimal, '/d/c.yaml', set).student.init;
  assert.equal(init(), 'random');
  assert.equal(init('student.init=teacher'), 'teacher');
  assert.equal(init('student.init=models/yolo.onnx'), '/d/models/yolo.onnx');
  assert.equal(init('student.init=/models/yolo.onnx'), '/models/yolo.onnx');
});

test("the hash changes with what decides the outcome, and not with the run's name", () => {
  const hash = (...set: string[]) => parseConfig(minimal, '/d/c.yaml', set).hash;
  assert.equal(hash('name=a'), hash('name=b'));
  assert.notEqual(hash(), hash('train.learningRate=0.1'));
});

test('what a run keeps comes back as it was, settings of later versions with their defaults', () => {
  const config = parseConfig(`${minimal}train: { steps: 7 }`, '/d/c.yaml');
  assert.deepEqual(restoreConfig(config), config);
  const { ignoreScore: _later, ...policy } = config.policy;
  const older = { ...config, policy, runFolder: '/moved/run' } as typeof config;
  assert.deepEqual(restoreConfig(older), { ...config, runFolder: '/moved/run' });
  assert.equal(restoreConfig(older, ['policy.score=0.7']).policy.score, 0.7);
  assert.throws(() => restoreConfig(older, ['policy.scor=0.7']), {
    code: 'CONFIG_UNKNOWN_KEY',
    message: 'Expected a known setting in the settings of /moved/run, got policy.scor',
    hint: 'did you mean policy.score?',
  });
});

test('a path that replaces one of a run is relative to the current folder; the others stay where they are', () => {
  const config = restoreConfig(parseConfig(minimal, '/d/c.yaml'), ['data.unlabeled.images=more/pictures', 'student.init=../student.onnx']);
  assert.equal(config.data.unlabeled?.images, resolve('more/pictures'));
  assert.equal(config.student.init, resolve('../student.onnx'));
  assert.equal(config.data.labeled.annotations, '/d/train.json');
});

const rejected: readonly [what: string, text: string, set: readonly string[], code: string, message: RegExp, hint: RegExp][] = [
  ['not YAML', 'data: [', [], 'CONFIG_NOT_YAML', /Expected YAML in c.yaml/, /mend the line/],
  ['a list', '- 1', [], 'CONFIG_INVALID', /Expected settings \(key: value\) for c.yaml, got \[1\] \(array\)/, /selfpaste init/],
  ['a missing section', 'seed: 1', [], 'CONFIG_INVALID', /Expected a value for data in c.yaml, got none/, /correct data/],
  ['a typo', `${minimal}polcy: {}`, [], 'CONFIG_UNKNOWN_KEY', /got polcy/, /did you mean policy\?/],
  ['a typo inside', minimal, ['train.step=3'], 'CONFIG_UNKNOWN_KEY', /got train.step/, /did you mean train.steps\?/],
  ['an unknown key unlike any', minimal, ['policy.zzzzzz=3'], 'CONFIG_UNKNOWN_KEY', /got policy.zzzzzz/, /use one of rule, /],
  [
    'a wrong type',
    minimal,
    ['train.steps=many'],
    'CONFIG_INVALID',
    /Expected a value of type (int|number) for train.steps, got "many" \(string\)/,
    /correct train.steps/,
  ],
  [
    'an ignore score that is none',
    minimal,
    ['policy.ignoreScore=off'],
    'CONFIG_INVALID',
    /for policy.ignoreScore, got "off"/,
    /docs\/config.md/,
  ],
  ['out of range', minimal, ['policy.score=1.5'], 'CONFIG_INVALID', /at most 1 for policy.score, got 1.5/, /docs\/config.md/],
  ['an unknown choice', minimal, ['train.backend=cuda'], 'CONFIG_INVALID', /one of "auto", "native", "wasm" for train.backend/, /correct/],
  [
    'an overlap that is not measured',
    minimal,
    ['policy.maskNmsIou=0.05'],
    'CONFIG_INVALID',
    /at least 0.1 for policy.maskNmsIou, got 0.05/,
    /docs\/config.md/,
  ],
  [
    'a batch that does not split',
    minimal,
    ['train.batchSize=6', 'train.microBatches=4'],
    'CONFIG_INVALID',
    /Expected a valid value \(a divisor of train.batchSize\) for train.microBatches, got 4 \(number\)/,
    /correct train.microBatches/,
  ],
  [
    'shares that do not rise',
    minimal,
    ['train.decayAt=[0.9, 0.5]'],
    'CONFIG_INVALID',
    /\(shares that rise, as \[0.9, 0.95\]\) for train.decayAt, got \[0.9,0.5\]/,
    /correct train.decayAt/,
  ],
  [
    'a start that is neither word nor model',
    minimal,
    ['student.init=weights.pt'],
    'CONFIG_INVALID',
    /\("random", "teacher" or a file that ends in .onnx\) for student.init, got "weights.pt"/,
    /correct student.init/,
  ],
  ['no patience at all', minimal, ['train.patience=0'], 'CONFIG_INVALID', /at least 1 for train.patience, got 0/, /correct train.patience/],
  ['an alias of nothing', 'data: *nowhere', [], 'CONFIG_NOT_YAML', /Expected YAML in c.yaml.*nowhere/s, /mend the line/],
  [
    'a --set that is no YAML',
    minimal,
    ['data.unlabeled.list=*.txt'],
    'USAGE_BAD_SETTING',
    /got "data.unlabeled.list=\*.txt" \(string\): /,
    /quote text/,
  ],
  ['a --set without value', minimal, ['train.steps'], 'USAGE_BAD_SETTING', /Expected key=value for --set/, /--set train.steps=500/],
];
for (const [what, text, set, code, message, hint] of rejected) {
  test(`${what} is one clear error`, () => {
    assert.throws(
      () => parseConfig(text, 'c.yaml', set),
      (error: { code: string; message: string; hint: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.match(error.hint, hint);
        return true;
      },
    );
  });
}

test('the commented configuration reads back as the same settings', () => {
  const input = {
    data: {
      labeled: { annotations: 'a.json', images: 'i' },
      validation: { annotations: 'v.json', images: 'i' },
      unlabeled: { images: "odd: 'name' #1" },
    },
  };
  const text = commentedConfig(input);
  assert.equal(parseConfig(text, '/d/c.yaml').hash, parseConfig(JSON.stringify(input), '/d/c.yaml').hash);
  assert.match(text, /# Optimizer updates a round. \[steps\]\n {2}steps: 2000/);
});

test('every setting has a sentence, and every leaf of the schema is described', () => {
  const settings = describeSettings();
  for (const { key, description } of settings) assert.match(description, /\.$/, key);
  for (const key of ['data.unlabeled.list', 'student.strides', 'train.steps', 'promote.margin', 'seed']) {
    assert.ok(
      settings.some((setting) => setting.key === key),
      `${key} is missing`,
    );
  }
  assert.match(configReference(), /\| `policy.score` \|/);
});

test('the brake is on, loosely, and each of its limits can be off', () => {
  assert.deepEqual(parseConfig(minimal, '/d/c.yaml').brake, { classShare: 0.5, density: 5, agreement: 0.3 });
  const off = ['brake.classShare=null', 'brake.density=null', 'brake.agreement=null'];
  assert.deepEqual(parseConfig(minimal, '/d/c.yaml', off).brake, { classShare: null, density: null, agreement: null });
  assert.throws(() => parseConfig(minimal, '/d/c.yaml', ['brake.density=0.5']), /at least 1 for brake.density, got 0.5/);
});
