import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import type { Command } from 'commander';
import { program } from '../cli/main.ts';
import { onnx } from '../core/index.ts';
import { externalTensor, wireModel, wireNode } from '../core/onnx/test-models.ts';
import { SCENE_CATEGORIES } from '../dataset/index.ts';
import { acquireRunLock } from '../db/index.ts';
import { catAndDog, writeTinyModel } from './contract/teacher-models.ts';
import { programThread } from './program-threads.ts';
import { writeRedModel } from './red-model.ts';
import { assertEnded, type Ended, lookInto, makeScenes, programJson, runProgram, SMALL, withFolder, writeConfig } from './small-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-bad-input-'));
const config = join(folder, 'selfpaste.yaml');
const at = (name: string): string => join(folder, name);
const runOf = (name: string): string => join(folder, 'runs', name);
const { data } = SMALL;

before(async () => {
  await makeScenes(folder);
  writeConfig(folder);
  writeFileSync(at('text.json'), 'not { JSON');
  writeFileSync(at('text.onnx'), 'no model');
  writeTinyModel(at('cats.onnx'), catAndDog);
  writeFileSync(at('one-output.onnx'), oneOutput());
  const sceneClasses = SCENE_CATEGORIES.map(({ name }) => name);
  writeRedModel(at('nan.onnx'), sceneClasses, Number.NaN);
  writeFileSync(at('thief.onnx'), wireModel([[5, externalTensor('../secret.bin')]]));
  writeFileSync(at('plugin.onnx'), wireModel([[1, wireNode('EfficientNMS', 'trt.plugins')]]));
  execFileSync('mkfifo', [at('pipe.onnx')]);
  writeFileSync(at('unknown-key.yaml'), JSON.stringify({ data, train: { stpes: 3 } }));
  writeFileSync(at('half.yaml'), 'data: [');
  const { images } = JSON.parse(readFileSync(at('data/train_labeled.json'), 'utf8')) as { images: { file_name: string }[] };
  writeFileSync(at('labeled.txt'), images.map(({ file_name }) => file_name).join('\n'));
  writeFileSync(at('small-masks.json'), JSON.stringify(smallMasks()));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Detections whose masks are not as large as their pictures. */
function smallMasks(): unknown[] {
  const { annotations } = JSON.parse(readFileSync(at('data/val.json'), 'utf8')) as {
    annotations: { image_id: number; category_id: number }[];
  };
  const segmentation = { size: [2, 2], counts: [0, 4] };
  return annotations.map(({ image_id, category_id }) => ({ image_id, category_id, segmentation, score: 0.5 }));
}

/** A valid model that follows no contract. */
function oneOutput(): Uint8Array {
  const model = onnx.decodeModel(readFileSync(at('cats.onnx')));
  return onnx.encodeModel({ ...model, graph: { ...model.graph, outputs: model.graph.outputs.slice(0, 1) } });
}

/** One error: a sentence, what to do, a code; and nothing of our own insides. */
function assertOneError(ended: Ended, exitCode: number, code: string): void {
  assertEnded(ended, exitCode);
  // A YAML error shows its place in the file, so the sentence may go on for some lines.
  assert.match(ended.stderr, new RegExp(`^selfpaste: \\S[^]*\\n {2}\\S.* \\[${code}\\]\\n$`, 'm'));
  assert.equal(ended.stderr.match(/^selfpaste: /gm)?.length, 1, ended.stderr);
  assert.ok(ended.stderr.endsWith(`[${code}]\n`), ended.stderr);
  assert.doesNotMatch(ended.stderr, /^ +at /m);
}

/** A database that a failure left is whole, and no half-written file is beside it. */
function assertConsistent(run: string): void {
  if (!existsSync(run)) return;
  assert.deepEqual(
    readdirSync(run, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp')),
    [],
  );
  if (!existsSync(join(run, 'selfpaste.db'))) return;
  // Not by our own door: a disk may be full before the file has our mark.
  const db = new Database(join(run, 'selfpaste.db'), { readonly: true });
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  db.close();
}

interface BadRun {
  readonly name: string;
  readonly args: () => readonly string[];
  readonly exitCode?: number;
  readonly code: string;
  readonly says: RegExp;
}

const set = (key: string, value: string): string[] => ['--set', `${key}=${value}`];

const BAD_RUNS: readonly BadRun[] = [
  {
    name: 'no configuration',
    args: () => ['-c', at('nowhere.yaml')],
    code: 'CONFIG_UNREADABLE',
    says: /Expected a configuration at .*nowhere\.yaml/,
  },
  { name: 'a configuration that is no YAML', args: () => ['-c', at('half.yaml')], code: 'CONFIG_NOT_YAML', says: /half\.yaml/ },
  {
    name: 'an unknown setting',
    args: () => ['-c', at('unknown-key.yaml')],
    code: 'CONFIG_UNKNOWN_KEY',
    says: /got train\.stpes\n {2}did you mean train\.steps\?/,
  },
  {
    name: 'a setting out of range',
    args: () => ['-c', config, ...set('train.steps', '0')],
    code: 'CONFIG_INVALID',
    says: /at least 1 for train\.steps, got 0 \(number\)/,
  },
  {
    name: '--set without a value',
    args: () => ['-c', config, '--set', 'seed'],
    code: 'USAGE_BAD_SETTING',
    says: /Expected key=value for --set/,
  },
  { name: '--set without anything', args: () => ['-c', config, '--set'], code: 'USAGE_COMMAND_LINE', says: /argument missing/ },
  {
    name: 'missing annotations',
    args: () => ['-c', config, ...set('data.labeled.annotations', 'nowhere.json')],
    code: 'DATA_UNREADABLE',
    says: /nowhere\.json/,
  },
  {
    name: 'annotations that are no JSON',
    args: () => ['-c', config, ...set('data.labeled.annotations', 'text.json')],
    code: 'DATA_BAD_JSON',
    says: /text\.json/,
  },
  {
    name: 'a folder of pictures that is not there',
    args: () => ['-c', config, ...set('data.labeled.images', 'nowhere')],
    code: 'DATA_UNREADABLE',
    says: /nowhere/,
  },
  {
    name: 'a folder of unlabeled pictures that is not there',
    args: () => ['-c', config, ...set('data.unlabeled', '{images: nowhere}')],
    code: 'DATA_UNREADABLE',
    says: /nowhere/,
  },
  {
    name: 'labeled pictures that all measure already',
    args: () => ['-c', config, ...set('data.labeled.annotations', 'data/val.json')],
    code: 'DATA_NOTHING_USABLE',
    says: /at least one usable labeled picture, got none: \d+ left out, the first: .* has the same content as/,
  },
  {
    name: 'a model that is not ONNX',
    args: () => ['-c', config, ...set('teacher.model', 'text.onnx')],
    code: 'MODEL_NOT_ONNX',
    says: /text\.onnx/,
  },
  {
    name: 'a model that is not there',
    args: () => ['-c', config, ...set('teacher.model', 'nowhere.onnx')],
    code: 'MODEL_MISSING',
    says: /nowhere\.onnx/,
  },
  {
    name: 'a model of no known contract',
    args: () => ['-c', config, ...set('teacher.model', 'one-output.onnx')],
    code: 'MODEL_UNKNOWN_CONTRACT',
    says: /got output0 \[1, 7, 3\]/,
  },
  {
    name: 'a model of other classes',
    args: () => ['-c', config, ...set('teacher.model', 'cats.onnx')],
    code: 'MODEL_CLASS_MISMATCH',
    says: /cat/,
  },
  {
    name: 'a model that gives NaN, by its name',
    args: () => ['-c', config, ...set('teacher.model', 'nan.onnx')],
    code: 'MODEL_NOT_FINITE',
    says: /nan\.onnx: Expected finite numbers in the model's output output0 \[1, \d+, 1\], got NaN or infinity/,
  },
  {
    name: 'a model whose weights lie outside of its folder',
    args: () => ['-c', config, ...set('teacher.model', 'thief.onnx')],
    code: 'MODEL_EXTERNAL_DATA',
    says: /thief\.onnx in files of its own folder, got "\.\.\/secret\.bin": it leaves the folder/,
  },
  {
    name: 'a model of operators from elsewhere',
    args: () => ['-c', config, ...set('teacher.model', 'plugin.onnx')],
    code: 'MODEL_FOREIGN_OPERATORS',
    says: /plugin\.onnx, got trt\.plugins:EfficientNMS/,
  },
  {
    name: 'a model that is a pipe',
    args: () => ['-c', config, ...set('teacher.model', 'pipe.onnx')],
    code: 'MODEL_MISSING',
    says: /pipe\.onnx.*: it is a pipe or a device/,
  },
  {
    name: 'a threshold for a category that is not there',
    args: () => ['-c', config, ...set('policy.scoreByCategory', '{cat: 0.5}')],
    code: 'CONFIG_UNKNOWN_CATEGORY',
    says: /policy\.scoreByCategory, got "cat"/,
  },
  {
    name: 'an input size that the strides do not divide, before any labeling',
    args: () => ['-c', config, ...set('student.inputSize', '60')],
    code: 'CONFIG_INPUT_SIZE',
    says: /student\.inputSize, got 60/,
  },
  {
    name: 'strides that do not double',
    args: () => ['-c', config, ...set('student.strides', '[4, 16]')],
    code: 'CONFIG_INVALID',
    says: /student\.strides/,
  },
  {
    name: 'unlabeled pictures that are all labeled',
    args: () => ['-c', config, ...set('data.unlabeled', '{images: data/images, list: labeled.txt}')],
    code: 'DATA_NOTHING_USABLE',
    says: /at least one usable unlabeled picture, got none: .* has the same content as/,
  },
  {
    name: 'a run folder below a file',
    args: () => ['-c', config, ...set('runs', 'text.json/runs')],
    exitCode: 3,
    code: 'ENVIRONMENT_NOT_WRITABLE',
    says: /text\.json/,
  },
  {
    name: 'a run folder where nothing can be made',
    args: () => ['-c', config, ...set('runs', '/proc/selfpaste')],
    exitCode: 3,
    code: 'ENVIRONMENT_NOT_WRITABLE',
    says: /\/proc\/selfpaste/,
  },
];

describe('a run on bad input ends with one clear error', () => {
  for (const [index, { name, args, exitCode = 2, code, says }] of BAD_RUNS.entries())
    it(`${name}: ${code}`, async () => {
      const ended = await runProgram([
        'run',
        ...args(),
        ...(args().includes(config) && name !== '--set without anything' ? set('name', `bad-${index}`) : []),
      ]);
      assertOneError(ended, exitCode, code);
      assert.match(ended.stderr, says);
      assert.equal(ended.stdout, '');
      assertConsistent(runOf(`bad-${index}`));
    });

  it('and starts anew once the input is mended: nothing was made yet', async () => {
    const named = set('name', 'mended');
    const broken = await runProgram(['run', '-c', config, ...named, ...set('data.labeled.annotations', 'nowhere.json')]);
    assertOneError(broken, 2, 'DATA_UNREADABLE');
    assertEnded(await runProgram(['run', '-c', config, ...named, '--until', 'stage=import']), 0);
    assert.equal(
      lookInto(runOf('mended'), (db) => db.rounds.latest()?.stage),
      'train',
    );
  });

  it('a folder that another process owns: ENVIRONMENT_RUN_OWNED', async () => {
    const lock = acquireRunLock(runOf('owned'));
    try {
      const ended = await runProgram(['run', '-c', config, ...set('name', 'owned')]);
      assertOneError(ended, 3, 'ENVIRONMENT_RUN_OWNED');
      assert.match(ended.stderr, new RegExp(`is owned by process ${process.pid} on `));
    } finally {
      lock.release();
    }
  });

  it('with --json the error is a document on stderr, and stdout holds no fact', async () => {
    const ended = await runProgram(['plan', '--json', '-c', at('nowhere.yaml')]);
    assertEnded(ended, 2);
    assert.equal(ended.stdout, '');
    const { error } = JSON.parse(ended.stderr) as { error: Record<string, string> };
    assert.deepEqual(Object.keys(error), ['code', 'message', 'hint']);
    assert.equal(error.code, 'CONFIG_UNREADABLE');
  });
});

describe('words that the program does not know', () => {
  const thread = programThread();
  after(() => thread.stop());
  const CASES: readonly (readonly [args: readonly string[], code: string, says: RegExp])[] = [
    [['rnu'], 'USAGE_COMMAND_LINE', /unknown command 'rnu' \(Did you mean run\?\)/],
    [['run', '-c', config, '--fast'], 'USAGE_COMMAND_LINE', /unknown option '--fast'/],
    [['run'], 'USAGE_COMMAND_LINE', /required option '-c, --config <file>' not specified/],
    [['run', '-c', config, '--until', 'later'], 'USAGE_COMMAND_LINE', /Expected round=N or stage=NAME/],
    [['status', 'a', 'b'], 'USAGE_COMMAND_LINE', /too many arguments/],
    [['labels', 'shwo'], 'USAGE_COMMAND_LINE', /unknown command 'shwo' \(Did you mean show\?\)/],
    [['labels', 'show', 'x'], 'USAGE_COMMAND_LINE', /whole number of at least 1/],
    [['resume', at('nowhere')], 'USAGE_NO_RUN', /Expected the folder or name of a run for RUN/],
    [['status', at('nowhere')], 'USAGE_NO_RUN', /Expected the folder or name of a run for RUN/],
    [['init', at('nowhere')], 'DATA_UNREADABLE', /Expected a folder at .*nowhere/],
    [['predict', at('cats.onnx'), '--out', at('out.json')], 'USAGE_NO_IMAGES', /Expected pictures or folders to label, got none/],
    [['predict', at('text.onnx'), at('data/images'), '--out', at('out.json')], 'MODEL_NOT_ONNX', /text\.onnx/],
    [['eval', '--gt', at('text.json'), '--dt', at('text.json')], 'DATA_BAD_JSON', /text\.json/],
    [['eval', '--gt', at('data/val.json'), '--dt', at('small-masks.json')], 'DATA_SIZE_MISMATCH', /2x2/],
  ];
  for (const [args, code, says] of CASES)
    it(`${args.map((word) => word.replace(folder, '.')).join(' ')}: ${code}`, async () => {
      const ended = await thread.run(args);
      assertOneError(ended, 2, code);
      assert.match(ended.stderr, says);
    });

  it('resume where there is no run at all', () =>
    withFolder(async (empty) => {
      const ended = await runProgram(['resume'], empty);
      assertOneError(ended, 2, 'USAGE_NO_RUN');
      assert.match(ended.stderr, /Expected a run below \.\/runs, found none/);
    }));

  it('labels of a run that has none, and of an id that it does not have', async () => {
    const run = runOf('imported');
    assertEnded(await runProgram(['run', '-c', config, ...set('name', 'imported'), '--until', 'stage=import']), 0);
    assertOneError(await thread.run(['labels', 'show', '99', run]), 2, 'USAGE_NO_PREDICTION');
    assertOneError(await thread.run(['labels', 'stats', run]), 2, 'USAGE_NO_ROUND');
    assertOneError(await thread.run(['labels', 'list', run, '--round', '7']), 2, 'USAGE_NO_ROUND');
  });

  it('nothing at all shows the help, on stderr', async () => {
    const ended = await runProgram([]);
    assertEnded(ended, 2);
    assert.match(ended.stderr, /^Usage: selfpaste/);
  });
});

describe('every command', () => {
  it('has a help page that says what it does, and so has every command below it', async () => {
    const pages: string[] = [];
    const visit = (command: Command, path: readonly string[]): void => {
      const help = command.helpInformation();
      assert.match(help, new RegExp(`^Usage: ${path.join(' ')} `));
      assert.notEqual(command.description(), '', path.join(' '));
      pages.push(path.slice(1).join(' '));
      for (const below of command.commands) {
        assert.match(help, new RegExp(`^ {2}${below.name()}\\b`, 'm'));
        visit(below, [...path, below.name()]);
      }
    };
    visit(program(), ['selfpaste']);
    for (const page of ['run', 'labels export', 'teacher probe']) assert.ok(pages.includes(page), pages.join(', '));
    const ended = await runProgram(['labels', 'export', '--help']);
    assertEnded(ended, 0);
    assert.match(ended.stdout, /^Usage: selfpaste labels export /);
    assert.equal(ended.stderr, '');
  });

  it('that prints facts prints one JSON document with --json', async () => {
    const plan = await programJson<{ images: object; rounds: unknown[] }>(['plan', '-c', config, '--no-measure', '--json']);
    assert.deepEqual(plan.images, { labeled: 8, validation: 6, unlabeled: 16 });
    assert.equal(plan.rounds.length, 2);
    const init = await programJson<{ file: string; labeled: { pictures: number } }>(['init', at('data'), '--json']);
    assert.deepEqual([init.file, init.labeled.pictures], [at('data/selfpaste.yaml'), 8]);
    const { model } = await programJson<{ model: { verdict: { status: string } } }>(['teacher', 'probe', at('cats.onnx'), '--json']);
    assert.equal(model.verdict.status, 'recognized');
  });

  it('init writes a configuration that plan takes', async () => {
    const file = at('init.yaml');
    assertEnded(await runProgram(['init', at('data'), '--out', file]), 0);
    assertEnded(await runProgram(['plan', '-c', file, '--no-measure']), 0);
    assertOneError(await runProgram(['init', at('data'), '--out', file]), 2, 'USAGE_FILE_EXISTS');
  });
});

/** Why no file system of its own can be had here, or false. */
function withoutMount(): string | false {
  const place = at('mount-probe');
  mkdirSync(place, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place], { stdio: 'ignore' });
    return false;
  } catch {
    return 'mounting a small file system is not allowed here';
  }
}

describe('a disk of its own', { skip: withoutMount() }, () => {
  /** Runs on a new file system with these mount options. */
  async function onDisk(options: string, use: (place: string) => Promise<void>): Promise<void> {
    const place = mkdtempSync(at('disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place]);
    try {
      await use(place);
    } finally {
      execFileSync('umount', [place]);
    }
  }

  // Full at the first table, in the import, at the student before training, at a checkpoint, and later.
  for (const size of ['64k', '512k', '1200k', '3m', '10m'])
    it(`that is full at ${size} ends the run with ENVIRONMENT_DISK_FULL`, () =>
      onDisk(`size=${size}`, async (place) => {
        const ended = await runProgram(['run', '-c', config, ...set('runs', place)]);
        assertOneError(ended, 3, 'ENVIRONMENT_DISK_FULL');
        assertConsistent(join(place, 'small'));
      }));

  it('that cannot be written ends the run with ENVIRONMENT_NOT_WRITABLE', () =>
    onDisk('ro,size=1m', async (place) => {
      assertOneError(await runProgram(['run', '-c', config, ...set('runs', place)]), 3, 'ENVIRONMENT_NOT_WRITABLE');
    }));
});
