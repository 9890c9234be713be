import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunStatus } from '../db/index.ts';
import { bestPoint } from '../pipeline/index.ts';
import { assertClean, checkpointAt, inStage, killAt, type Moment, outcome, reached, skip } from './interruption.ts';
import { unlessLong } from './long-form.ts';
import {
  assertEnded,
  childrenOf,
  lookInto,
  makeScenes,
  type Program,
  programJson,
  rowsOf,
  runProgram,
  SMALL,
  startProgram,
  writeConfig,
} from './small-run.ts';

const VALIDATING = { ...SMALL, train: { ...SMALL.train, validateSteps: 8 } };
const STEPS = [8, 16, 20];

const measuredAt = (round: number, step: number): Moment => {
  return (db) => db.metrics.curve(round, 'maskAp').some((point) => point.step === step);
};

describe('a run that validates by a schedule', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-validation-'));
  const folderOf = (name: string): string => join(folder, 'runs', name);
  const launch = (name: string, ...settings: string[]): Program =>
    startProgram(['run', '-c', join(folder, 'selfpaste.yaml'), ...[`name=${name}`, ...settings].flatMap((setting) => ['--set', setting])]);
  let undisturbed: ReturnType<typeof outcome>;

  before(async () => {
    await makeScenes(folder);
    writeConfig(folder, VALIDATING);
    assertEnded(await launch('undisturbed').ended, 0);
    undisturbed = outcome(folderOf('undisturbed'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const curveOf = (name: string, round: number) => lookInto(folderOf(name), (db) => db.metrics.curve(round, 'maskAp'));

  it('measures at its steps and at the end, and hands on the best student', async () => {
    const run = folderOf('undisturbed');
    const { rounds } = await programJson<RunStatus>(['status', run, '--json']);
    for (const { round, validations } of rounds) {
      const curve = curveOf('undisturbed', round.index);
      assert.deepEqual(
        curve.map(({ step }) => step),
        STEPS,
      );
      assert.deepEqual(
        validations.map(({ step, metrics }) => ({ step, value: metrics.maskAp })),
        curve,
      );
    }
    const kept = readdirSync(join(run, 'models')).filter((name) => name.includes('step'));
    const notLast = rounds.flatMap(({ round: { index } }) => (bestPoint(curveOf('undisturbed', index))?.step === 20 ? [] : [index]));
    assert.deepEqual(
      kept.sort(),
      notLast.map((round) => `round-${round}-step-20.onnx`),
    );
    assert.match((await runProgram(['status', run])).stdout, /^round 0 maskAp by step: 8 [\d.]+.*, 16 [\d.]+.*, 20 [\d.]+/m);
  });

  it('decides the same when it is killed before, in and after its validations', { skip: unlessLong('validation') }, async () => {
    const run = folderOf('killed');
    const moments = [checkpointAt(0, 8), measuredAt(0, 16), measuredAt(1, 8), checkpointAt(1, 16)];
    let program = launch('killed');
    for (const moment of moments) {
      await killAt(run, program, moment);
      program = startProgram(['resume', run]);
    }
    assertEnded(await program.ended, 0);
    assertClean(run);
    assert.deepEqual(outcome(run), undisturbed);
    for (const round of [0, 1]) assert.ok(readdirSync(join(run, `tensorboard/round-${round}`)).length > 1);
  });

  it('goes on by itself when its trainer or its labeler is killed meanwhile', { skip: unlessLong('validation') }, async () => {
    const run = folderOf('orphaned');
    const program = launch('orphaned');
    for (const word of ['labeler', 'trainer']) {
      await reached(run, program, (db) => inStage('0/train')(db) && childrenOf(program.pid, 'labeler').length > 0);
      for (const pid of childrenOf(program.pid, word)) process.kill(pid, 'SIGKILL');
      await reached(run, program, measuredAt(0, word === 'labeler' ? 8 : 16));
    }
    assertEnded(await program.ended, 0);
    assert.deepEqual(outcome(run), undisturbed);
  });

  it('ends a training that does not get better', async () => {
    const { ended } = launch('patient', 'rounds=0', 'train.learningRate=1.0e-9', 'train.patience=1');
    assertEnded(await ended, 0);
    assert.deepEqual(
      curveOf('patient', 0).map(({ step }) => step),
      [8, 16],
    );
    assert.match((await ended).stderr, /round 0 train .*steps 16, studentOfStep/);
    assert.ok(existsSync(join(folderOf('patient'), 'models/best.onnx')));
  });

  it('stops where the loss is not finite, and saves the batch', async () => {
    const run = folderOf('diverged');
    const settings = ['rounds=0', 'train.learningRate=1.0e+30', 'train.warmupSteps=0', 'train.validateSteps=0'];
    const { code, stderr } = await launch('diverged', ...settings).ended;
    assert.equal(code, 4, stderr);
    const told = /replay --round 0 --step (\d+) --slot 0` \(its pictures and plans are in (.*?)\); lower train.learningRate/;
    assert.match(stderr, told);
    const [, step, file] = told.exec(stderr) as RegExpExecArray;
    assert.match(stderr, /\[GUARD_LOSS_NOT_FINITE\]/);
    assert.equal(file, join(run, `checkpoints/round-0/failed-batch-step-${step}.json`));
    const batch = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(batch.step, Number(step));
    assert.ok(existsSync(join(run, 'checkpoints/round-0', batch.checkpoint)));
    for (const [slot, { plan, files }] of batch.slots.entries()) {
      const args = [
        'augment',
        'replay',
        run,
        '--round',
        '0',
        '--step',
        step,
        '--slot',
        String(slot),
        '--out',
        join(folder, 'x.png'),
        '--json',
      ];
      const replayed = await programJson<{ plan: object; files: object }>(args);
      assert.deepEqual([replayed.plan, replayed.files], [plan, files]);
    }
    const unregistered = lookInto(run, (db) => rowsOf(db, "SELECT 1 FROM checkpoints WHERE path LIKE '%failed%'"));
    assert.deepEqual(unregistered, []);
  });
});
