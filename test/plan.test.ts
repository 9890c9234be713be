/** What `plan` says of a run, held against that run; and that it leaves nothing behind. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { RunPlan } from '../pipeline/index.ts';
import { gone, skip } from './interruption.ts';
import { unlessLong } from './long-form.ts';
import {
  assertEnded,
  childrenOf,
  lookInto,
  makeScenes,
  programJson,
  runProgram,
  SMALL,
  startProgram,
  withFolder,
  writeConfig,
} from './small-run.ts';

/** Trainings long enough that their steps count, and not only the start of their processes. */
const PLANNED = { ...SMALL, train: { ...SMALL.train, steps: 150, checkpointSteps: 50, validateSteps: 100 } };

/** Counted in steps, a training takes the same on a machine that is busy now and was not then; its processes' starts differ by more. */
const STEPS_FACTOR = 2;
/** In seconds, the tests beside this one slow the plan or the run, or neither. */
const TIME_FACTOR = 8;

const scratchFolders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('selfpaste-plan-'));

/** What a run did. */
interface Done {
  readonly stageMs: ReadonlyMap<string, number>;
  /** Of each round, by the trainer. */
  readonly stepMs: readonly number[];
}

function doneBy(run: string): Done {
  return lookInto(run, (db) => ({
    stageMs: new Map<string, number>(db.stageTimes.all().map(({ round, stage, durationMs }) => [`${round} ${stage}`, durationMs])),
    stepMs: db.rounds.all().map(({ index }) => meanStepMs(db.metrics.curve(index, 'stepMs'))),
  }));
}

/** Each point is a mean of the steps since the point before. */
function meanStepMs(curve: readonly { readonly step: number; readonly value: number | null }[]): number {
  const total = curve.reduce((sum, { step, value }, at) => sum + (step - (curve[at - 1]?.step ?? 0)) * (value ?? 0), 0);
  return total / (curve.at(-1)?.step ?? 1);
}

test('a run takes as long as its plan says, and has the stages that it says', { skip: unlessLong('plan') }, () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const config = writeConfig(folder, PLANNED);
    const plan = await programJson<RunPlan>(['plan', '-c', config, '--json']);
    assert.ok(!existsSync(join(folder, 'runs')));
    assertEnded(await runProgram(['run', '-c', config, '--json']), 0);
    const { speeds, time } = plan.measured as NonNullable<RunPlan['measured']>;
    const done = doneBy(plan.folder);
    const planned = new Map<string, number>(
      time.rounds.flatMap(({ round, stageMs }) => Object.entries(stageMs).map(([stage, ms]) => [`${round} ${stage}`, ms] as const)),
    );
    assert.deepEqual([...planned.keys()].sort(), [...done.stageMs.keys()].sort());
    for (const round of [0, 1]) {
      const stage = `${round} train`;
      const plannedSteps = (planned.get(stage) as number) / (speeds.training?.stepMs as number);
      assertWithin(STEPS_FACTOR, plannedSteps, (done.stageMs.get(stage) as number) / done.stepMs[round], `steps of ${stage}`);
    }
    const total = [...done.stageMs.values()].reduce((sum, ms) => sum + ms, 0);
    assertWithin(TIME_FACTOR, time.totalMs, total, 'ms of all stages');
    assert.deepEqual(
      plan.rounds.map(({ stages }) => stages),
      [
        ['import', 'train', 'evaluate', 'promote'],
        ['label', 'select', 'train', 'evaluate', 'promote'],
      ],
    );
  }),
);

function assertWithin(factor: number, planned: number, real: number, what: string): void {
  assert.ok(planned < factor * real && real < factor * planned, `${what}: planned ${planned}, took ${real}`);
}

test('without measuring, a plan has all but time and memory', () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const { code, stdout } = await runProgram(['plan', '-c', writeConfig(folder), '--no-measure']);
    assert.equal(code, 0);
    for (const line of [
      /^run folder {3}.*runs\/small$/m,
      /^data {9}8 labeled pictures \(\d+ objects, 6 categories\), 6 validation, 16 unlabeled$/m,
      /^disk {9}about \d+\.\d MB \(database .*\), of .* free$/m,
      /^time {9}not measured; so is memory$/m,
      /^round 1 {6}label > select > train > evaluate > promote$/m,
      /^warning: 6 validation picture\(s\): which student is better is hardly more than chance$/m,
    ])
      assert.match(stdout, line);
  }));

test('a plan that is interrupted leaves no folder and no process', { skip }, () =>
  withFolder(async (folder) => {
    await makeScenes(folder);
    const before = scratchFolders();
    const program = startProgram(['plan', '-c', writeConfig(folder), '--json']);
    while (childrenOf(program.pid).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const children = childrenOf(program.pid);
    program.process.kill('SIGINT');
    const { code, stderr, stdout } = await program.ended;
    assert.deepEqual([code, stdout], [130, '']);
    assert.match(stderr, /"code":"INTERRUPTED".*plan again; nothing was written/);
    await gone(children);
    assert.deepEqual(
      scratchFolders().filter((name) => !before.includes(name)),
      [],
    );
  }),
);
