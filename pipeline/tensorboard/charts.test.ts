import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { withFolder } from '../../test/small-run.ts';
import type { RunEvent } from '../progress.ts';
import { runFolder } from '../run-folder.ts';
import { charting } from './charts.ts';
import { eventRecord } from './event-record.ts';

const steps = (done: number, facts = {}): RunEvent => ({
  kind: 'progress',
  round: 1,
  stage: 'train',
  done,
  total: 9,
  unit: 'steps',
  facts,
});
const pictures: RunEvent = { kind: 'progress', round: 1, stage: 'train', done: 2, total: 9, unit: 'pictures', facts: { rate: 3 } };

/** The event files of a round, in the order in which TensorBoard reads them. */
function filesOf(folder: string): Buffer[] {
  const charts = join(folder, 'tensorboard/round-1');
  return readdirSync(charts)
    .sort()
    .map((name) => readFileSync(join(charts, name)));
}

it('draws steps and validations, leaves the rest alone, and hands everything on', (t) =>
  withFolder(async (folder) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const heard: RunEvent[] = [];
    const emit = charting(runFolder(folder), (event) => heard.push(event));
    const told: RunEvent[] = [
      { kind: 'stage-started', round: 1, stage: 'train' },
      pictures,
      steps(3, { loss: 2, unsupLoss: null }),
      { kind: 'measured', round: 1, step: 4, facts: { maskAp: 0.5, maskApLarge: null } },
    ];
    for (const event of told) emit(event);
    assert.deepEqual(heard, told);
    const atMs = 1_700_000_000_000;
    const expected = [
      eventRecord({ atMs, step: 3, content: { kind: 'version' } }),
      eventRecord({ atMs, step: 3, content: { kind: 'start' } }),
      eventRecord({ atMs, step: 3, content: { kind: 'scalars', values: { 'train/loss': 2 } } }),
      eventRecord({ atMs, step: 4, content: { kind: 'scalars', values: { 'validation/maskAp': 0.5 } } }),
    ];
    assert.deepEqual(filesOf(folder), [Buffer.concat(expected)]);
  }));

it('a resumed training draws into a new file, which takes back from where it goes on', (t) =>
  withFolder(async (folder) => {
    t.mock.timers.enable({ apis: ['Date'], now: 999 });
    charting(runFolder(folder), () => {})(steps(7, { loss: 1 }));
    t.mock.timers.tick(1);
    charting(runFolder(folder), () => {})(steps(5, { loss: 1 }));
    const [first, second] = filesOf(folder);
    assert.ok(first.includes(eventRecord({ atMs: 999, step: 7, content: { kind: 'start' } })));
    assert.ok(second.includes(eventRecord({ atMs: 1000, step: 5, content: { kind: 'start' } })));
  }));

it('a trainer that was started again takes back, in the same file, from where it goes on', (t) =>
  withFolder(async (folder) => {
    t.mock.timers.enable({ apis: ['Date'], now: 999 });
    const emit = charting(runFolder(folder), () => {});
    const measured: RunEvent = { kind: 'measured', round: 1, step: 7, facts: { maskAp: 0.5 } };
    for (const event of [steps(4, { loss: 3 }), steps(7, { loss: 2 }), measured, steps(5, { loss: 1 }), steps(8, { loss: 1 })]) emit(event);
    const scalars = (step: number, values: Record<string, number>) =>
      eventRecord({ atMs: 999, step, content: { kind: 'scalars', values } });
    const expected = [
      eventRecord({ atMs: 999, step: 4, content: { kind: 'version' } }),
      eventRecord({ atMs: 999, step: 4, content: { kind: 'start' } }),
      scalars(4, { 'train/loss': 3 }),
      scalars(7, { 'train/loss': 2 }),
      scalars(7, { 'validation/maskAp': 0.5 }),
      eventRecord({ atMs: 999, step: 5, content: { kind: 'start' } }),
      scalars(5, { 'train/loss': 1 }),
      scalars(8, { 'train/loss': 1 }),
    ];
    assert.deepEqual(filesOf(folder), [Buffer.concat(expected)]);
  }));

it('a run that draws nothing makes no folder', () =>
  withFolder(async (folder) => {
    charting(runFolder(folder), () => {})(pictures);
    assert.ok(!existsSync(join(folder, 'tensorboard')));
  }));
