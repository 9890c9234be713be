import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { withFolder } from '../../test/small-run.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { type LogLine, logging } from './log.ts';

const note = (text: string): RunEvent => ({ kind: 'note', round: null, level: 'info', text });
const progress = (done: number): RunEvent => ({
  ...{ kind: 'progress', round: 1, stage: 'label', done, total: 9, unit: 'pictures' },
  facts: { rate: 2 },
});
const logOf = (folder: string, name = 'run.ndjson') => join(folder, 'logs', name);
const linesOf = (folder: string, name?: string): LogLine[] =>
  readFileSync(logOf(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('a line an event says when, where, what and how bad; and every event is handed on', (t) =>
  withFolder(async (folder) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 });
    const heard: RunEvent[] = [];
    const emit = logging(runFolder(folder), 'a', (event) => heard.push(event));
    const error = { code: 'BUG', message: 'line\nbreak', hint: 'report this', stack: 'Error: x\n    at y' };
    const told: RunEvent[] = [
      { kind: 'run-started', folder, facts: { seed: 7 } },
      { kind: 'stage-started', round: 1, stage: 'train' },
      note('within the stage'),
      { kind: 'run-failed', error },
    ];
    for (const event of told) emit(event);
    assert.deepEqual(heard, told);
    const at = '2023-11-14T22:13:20.123Z';
    const [started, stage, within, failed] = linesOf(folder);
    const nowhere = { round: null, stage: null };
    const message = `run in ${folder}: seed 7`;
    assert.deepEqual(started, { at, level: 'info', run: 'a', ...nowhere, event: 'run-started', message, facts: { folder, seed: 7 } });
    assert.deepEqual([stage.message, stage.round, stage.stage], ['round 1 train begins', 1, 'train']);
    assert.deepEqual([within.message, within.round, within.stage], ['within the stage', 1, 'train']);
    assert.deepEqual([failed.level, failed.round, failed.stage, failed.facts], ['error', 1, 'train', { error }]);
    assert.equal(failed.message, 'failed: line\nbreak; report this [BUG]');
  }));

it('progress is kept once a minute, also after the clock was set back', (t) =>
  withFolder(async (folder) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const emit = logging(runFolder(folder), 'a', () => {});
    for (const [waitMs, done] of [
      [0, 1],
      [59_999, 2],
      [1, 3],
    ] as const) {
      t.mock.timers.tick(waitMs);
      emit(progress(done));
    }
    t.mock.timers.setTime(1_600_000_000_000);
    emit(progress(4));
    assert.deepEqual(
      linesOf(folder).map(({ facts }) => facts.done),
      [1, 3, 4],
    );
  }));

it('a full file is put aside, and the oldest of five goes', () =>
  withFolder(async (folder) => {
    const emit = logging(runFolder(folder), 'a', () => {}, { bytes: 1000, files: 5 });
    for (let number = 0; number < 200; number++) emit(note(`note ${number}`));
    const names = readdirSync(join(folder, 'logs')).sort();
    assert.deepEqual(names, ['run.1.ndjson', 'run.2.ndjson', 'run.3.ndjson', 'run.4.ndjson', 'run.ndjson']);
    const all = [...names.slice(0, -1).reverse(), 'run.ndjson'].flatMap((name) => linesOf(folder, name).map(({ message }) => message));
    const last = all.length;
    assert.deepEqual(
      all,
      Array.from({ length: last }, (_, index) => `note ${200 - last + index}`),
    );
    for (const name of names) assert.ok(readFileSync(logOf(folder, name)).length <= 1000);
  }));

it('a resumed run goes on in the same file, behind a line that was cut off', () =>
  withFolder(async (folder) => {
    logging(runFolder(folder), 'a', () => {})(note('before'));
    writeFileSync(logOf(folder), `${readFileSync(logOf(folder), 'utf8')}{"at":"20`);
    logging(runFolder(folder), 'a', () => {})(note('after'));
    const [before, cut, after] = readFileSync(logOf(folder), 'utf8').trimEnd().split('\n');
    assert.deepEqual([JSON.parse(before).message, cut, JSON.parse(after).message], ['before', '{"at":"20', 'after']);
  }));

it('a log that cannot be written is told of once, and is written again as soon as it can be', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'logs'), 'in the way');
    const heard: RunEvent[] = [];
    const emit = logging(runFolder(folder), 'a', (event) => heard.push(event));
    emit(note('one'));
    emit(note('two'));
    const texts = heard.map((event) => event.kind === 'note' && `${event.level} ${event.text}`);
    assert.match(String(texts[0]), /^warn the log cannot be written: E\w+: .*; the run goes on without it/);
    assert.deepEqual(texts.slice(1), ['info one', 'info two']);
    rmSync(join(folder, 'logs'));
    emit(note('three'));
    assert.deepEqual(
      linesOf(folder).map(({ message }) => message),
      ['three'],
    );
  }));

it('a folder that vanishes is made again', () =>
  withFolder(async (folder) => {
    const emit = logging(runFolder(folder), 'a', () => {});
    emit(note('one'));
    rmSync(join(folder, 'logs'), { recursive: true });
    emit(note('lost'));
    emit(note('two'));
    assert.ok(existsSync(logOf(folder)));
    assert.equal(linesOf(folder).at(-1)?.message, 'two');
  }));
