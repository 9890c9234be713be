import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { after } from 'node:test';
import { catAndDog, writeTinyModel } from '../../test/contract/teacher-models.ts';
import { candidateArrangements, chooseArrangement, describeArrangement } from './arrangement.ts';
import { arrangementFile } from './arrangement-memory.ts';
import { DEFAULT_LABELING, type LabelerSettings } from './labeler-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfpaste-arrangement-'));
process.env.XDG_CACHE_HOME = folder;
after(() => rmSync(folder, { recursive: true }));

const settings = (changes: Partial<LabelerSettings> = {}): LabelerSettings => ({
  ...DEFAULT_LABELING,
  floor: 0.1,
  nmsIou: 0.7,
  maxDetections: 10,
  ...changes,
});
const inShort = (changes: Partial<LabelerSettings>, cores: number) =>
  candidateArrangements(settings(changes), cores).map(
    ({ processes, threads, spinning }) => `${processes}x${threads}${spinning ? ' spinning' : ''}`,
  );

test('candidates fill the cores, one thread a process first; only a process alone may spin', () => {
  assert.deepEqual(inShort({}, 1), ['1x1']);
  assert.deepEqual(inShort({}, 2), ['2x1', '1x2', '1x2 spinning']);
  assert.deepEqual(inShort({}, 16), ['16x1', '8x2', '4x4', '1x16', '1x16 spinning']);
  assert.deepEqual(inShort({ providers: ['cuda', 'cpu'] }, 16), ['2x1', '1x1', '4x1']);
});

test('what is configured is a candidate, and nothing else is', () => {
  assert.deepEqual(inShort({ processes: 3, threads: 2, spinning: true }, 16), ['3x2 spinning']);
  assert.deepEqual(inShort({ threads: 4 }, 16), ['4x4']);
  assert.deepEqual(inShort({ processes: 4 }, 16), ['4x4', '4x1']);
  assert.deepEqual(inShort({ spinning: false }, 2), ['2x1', '1x2']);
  assert.equal(candidateArrangements(settings({ batch: 8 }), 2)[0].batch, 8);
});

test('settings that say everything are taken, few pictures are not measured for', async () => {
  const model = writeTinyModel(join(folder, 'few.onnx'), catAndDog);
  const configured = await chooseArrangement({ model, settings: settings({ processes: 3, threads: 1, batch: 2 }), count: 5 });
  assert.deepEqual(configured, { arrangement: { processes: 3, threads: 1, spinning: false, batch: 2 }, why: 'as configured' });
  const few = await chooseArrangement({ model, settings: settings(), count: 5 });
  assert.equal(describeArrangement(few), 'labeling with 1 process of 1 thread: too few pictures to measure what is fastest');
});

test('many pictures are measured for once; what was found is kept for the same model, machine and settings', async () => {
  const model = writeTinyModel(join(folder, 'many.onnx'), catAndDog);
  const task = { model, settings: settings({ processes: 2, spinning: false }), count: 1000 };
  const found = await chooseArrangement(task);
  assert.match(found.why, /^2 processes of 1 thread ran the model \d+\.\d times a second/);
  const kept = Object.values(JSON.parse(readFileSync(arrangementFile(), 'utf8')) as object);
  assert.deepEqual(kept, [found.arrangement]);
  const again = await chooseArrangement(task);
  assert.deepEqual(again, { arrangement: found.arrangement, why: 'the fastest when this model was measured on this machine' });
  const other = await chooseArrangement({ ...task, settings: settings({ processes: 2, spinning: false, arena: false }), count: 20 });
  assert.equal(other.why, 'too few pictures to measure what is fastest');
});

test('a damaged memory is an empty one', async () => {
  const model = writeTinyModel(join(folder, 'damaged.onnx'), catAndDog);
  for (const text of ['{', '[]', '{"a": {"processes": 0}}', 'null']) {
    writeFileSync(arrangementFile(), text);
    assert.match((await chooseArrangement({ model, settings: settings(), count: 5 })).why, /^too few/);
  }
});
