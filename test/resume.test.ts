import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stream } from '../core/index.ts';
import {
  assertClean,
  checkpointAt,
  gone,
  inStage,
  killAt,
  labeledIn,
  type Moment,
  outcome,
  reached,
  skip,
  stageOf,
} from './interruption.ts';
import { unlessLong } from './long-form.ts';
import {
  assertEnded,
  childrenOf,
  lookInto,
  makeScenes,
  type Program,
  runProgram,
  SCENES,
  SMALL,
  startProgram,
  writeConfig,
} from './small-run.ts';

const SEED = 20_240_607;

describe('a run that is interrupted ends as one that is not', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'selfpaste-resume-'));
  const folderOf = (name: string): string => join(folder, 'runs', name);
  const launch = (name: string, ...more: string[]): Program =>
    startProgram(['run', '-c', join(folder, 'selfpaste.yaml'), '--set', `name=${name}`, ...more]);
  const resume = (name: string, ...more: string[]): Program => startProgram(['resume', folderOf(name), ...more]);
  const chance = stream(SEED, 'moments');
  let undisturbed: ReturnType<typeof outcome>;

  before(async () => {
    await makeScenes(folder);
    writeConfig(folder, SMALL);
    assertEnded(await launch('undisturbed').ended, 0);
    undisturbed = outcome(folderOf('undisturbed'));
    assert.ok(undisturbed.rows.pseudo_labels.length > 0);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Byte for byte: the students, too. */
  function assertSame(name: string): void {
    assertClean(folderOf(name));
    assert.deepEqual(outcome(folderOf(name)), undisturbed);
    for (const round of [0, 1]) {
      const student = (run: string) => readFileSync(join(folderOf(run), `models/round-${round}-student.onnx`));
      assert.ok(student(name).equals(student('undisturbed')), `the student of round ${round} has other bytes`);
    }
  }

  it('killed again and again, in every stage', { skip: unlessLong('resume') }, async () => {
    const run = folderOf('killed');
    const imported = 1 + chance.integer(SCENES.labeled - 1);
    const moments: readonly Moment[] = [
      (db) => db.images.count().labeled >= imported,
      inStage('0/train'),
      checkpointAt(0, 3 * (1 + chance.integer(2))),
      inStage('0/evaluate'),
      labeledIn(1, 1 + chance.integer(SCENES.unlabeled / 2)),
      checkpointAt(1, 6),
      inStage('1/evaluate'),
    ];
    const stages: string[] = [];
    let program = launch('killed');
    for (const moment of moments) {
      stages.push(await killAt(run, program, moment));
      program = resume('killed');
    }
    assertEnded(await program.ended, 0);
    // On a busy machine the first and the fifth kill may come a stage later: those stages take a tenth of a second.
    assert.match(stages.join(' '), /^0\/(import|train) 0\/train 0\/train 0\/evaluate 1\/(label|select|train) 1\/train 1\/evaluate$/);
    assertSame('killed');
  });

  it('whose labelers and trainers are killed goes on by itself', { skip: unlessLong('resume') }, async () => {
    const run = folderOf('orphaned');
    const program = launch('orphaned');
    const kill = async (word: string, moment: Moment): Promise<void> => {
      let victims: number[] = [];
      await reached(run, program, (db) => {
        victims = childrenOf(program.pid, word);
        return victims.length > 0 && moment(db);
      });
      for (const pid of victims) process.kill(pid, 'SIGKILL');
    };
    await kill('trainer', checkpointAt(0, 3));
    await kill('labeler', inStage('0/evaluate'));
    await kill('labeler', labeledIn(1, 1 + chance.integer(SCENES.unlabeled / 2)));
    await kill('trainer', inStage('1/train'));
    const ended = await program.ended;
    assertEnded(ended, 0);
    assert.match(ended.stderr, /The trainer process \d+ ended unexpectedly \(SIGKILL\); started again from the last checkpoint/);
    assert.match(ended.stderr, /The labeler process \d+ ended unexpectedly \(SIGKILL\); started again/);
    assertSame('orphaned');
  });

  it('interrupted by Ctrl-C it saves, exits with 130 and says how to go on; a damaged checkpoint costs only itself', async () => {
    const run = folderOf('stopped');
    const program = launch('stopped');
    await reached(run, program, checkpointAt(0, 6));
    program.process.kill('SIGINT');
    const ended = await program.ended;
    assertEnded(ended, 130);
    assert.match(ended.stderr, /stopping at the next safe point; once more stops now/);
    assert.match(ended.stderr, /stopped \(interrupted by SIGINT\); go on with `selfpaste resume .*stopped`/);

    const [newest, before] = lookInto(run, (db) => db.checkpoints.ofRound(0));
    assert.ok(newest.step > before.step);
    truncateSync(join(run, newest.path), 1000);
    const resumed = await resume('stopped').ended;
    assertEnded(resumed, 0);
    assert.match(resumed.stderr, /is missing or damaged: going back to the one before it/);
    assertSame('stopped');
  });

  it('--until stops after a round or a stage, and resume goes on, also where the folder was moved to', async () => {
    const run = folderOf('until');
    await stopsAt(launch('until', '--until', 'stage=train'), run, '0/evaluate');
    await stopsAt(resume('until', '--until', 'round=0'), run, '1/label');
    await stopsAt(resume('until', '--until', 'stage=label'), run, '1/select');
    await stopsAt(resume('until', '--until', 'stage=evaluate'), run, '1/promote');
    renameSync(run, folderOf('moved'));
    assertEnded(await resume('moved').ended, 0);
    assertSame('moved');
  });

  it('has one owner, and leaves at once when it is asked twice', async () => {
    const run = folderOf('twice');
    const program = launch('twice');
    await reached(run, program, inStage('0/train'));
    const second = await runProgram(['resume', run]);
    assertEnded(second, 3);
    assert.match(second.stderr, new RegExp(`is owned by process ${program.pid} on .*\\n.*\\[ENVIRONMENT_RUN_OWNED\\]`));
    const children = childrenOf(program.pid);
    program.process.kill('SIGINT');
    program.process.kill('SIGTERM');
    assertEnded(await program.ended, 130);
    await gone(children);
  });
});

async function stopsAt(program: Program, run: string, state: string): Promise<void> {
  const ended = await program.ended;
  assertEnded(ended, 0);
  assert.match(ended.stderr, /stopped \(reached what --until asked for\); go on with `selfpaste resume/);
  assert.equal(lookInto(run, stageOf), state);
}
