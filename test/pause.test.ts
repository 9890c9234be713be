import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunState } from '../pipeline/index.ts';
import { childOf, killNow } from './faults/fault.ts';
import { FAULTS, FaultBed } from './faults/fault-bed.ts';
import { checkpointAt, gone, inStage, type Moment, reached, skip } from './interruption.ts';
import { unlessLong } from './long-form.ts';
import {
  assertEnded,
  childrenOf,
  type Ended,
  isAlive,
  lookInto,
  type Program,
  rowsOf,
  runProgram,
  signal,
  startProgram,
} from './small-run.ts';

const PROGRAM = fileURLToPath(new URL('./program.js', import.meta.url));
const noScript = spawnSync('script', ['--version']).status === 0 ? false : 'there is no `script`, which makes terminals';

/** Stages are tried again. */
const PATIENT = { ...FAULTS, train: { ...FAULTS.train, validateSteps: 0 }, retry: { waits: [4, 1] } };

const stateIn = (db: Parameters<Moment>[0]): RunState | undefined => db.snapshots.latest()?.state as RunState | undefined;
const holds = (value: RunState['value']): Moment => {
  return (db) => stateIn(db)?.value === value;
};
const lastEvent = (run: string, kind: string) => lookInto(run, (db) => rowsOf(db, `SELECT data FROM events WHERE kind = '${kind}'`)).at(-1);

describe('a run that is paused, stopped and told to go on', { skip }, () => {
  let bed: FaultBed;
  before(async () => {
    bed = await FaultBed.make(PATIENT);
  });
  after(() => bed?.remove());

  it('from other terminals, by signals and by Ctrl-Z, and ends as one that was left alone', async () => {
    const run = bed.folderOf('asked');
    const program = bed.launch('asked');
    await reached(run, program, inStage('0/train'));
    program.process.kill('SIGHUP');

    const paused = await askedInTraining(program, 'pause', run);
    assertEnded(paused, 0);
    assert.match(paused.stdout, /^paused in round 0 train; go on with `selfpaste resume /);
    assert.deepEqual(childrenOf(program.pid), [], 'its processes have ended');
    assert.match((await runProgram(['status', run])).stdout, /paused in round 0, train; go on with `selfpaste resume`/);
    assert.ok(isAlive(program.pid), 'a hang-up without a terminal, as under nohup, ends nothing');

    const resumed = await runProgram(['resume', run]);
    assertEnded(resumed, 0);
    assert.match(resumed.stdout, new RegExp(`^process ${program.pid} on .* goes on`));
    await reached(run, program, inStage('1/label'));
    program.process.kill('SIGTSTP');
    await suspended(program);
    assert.equal(lookInto(run, stateIn)?.value, 'paused');
    assert.deepEqual(childrenOf(program.pid), []);
    program.process.kill('SIGCONT');

    await reached(run, program, inStage('1/train'));
    const stopped = await askedInTraining(program, 'stop', run);
    assertEnded(stopped, 0);
    assert.match(stopped.stdout, /^stopped in round 1 train; go on with `selfpaste resume /);
    assertEnded(await program.ended, 130);
    await bed.finish('asked');

    const nobody = await runProgram(['pause', run]);
    assertEnded(nobody, 2);
    assert.equal(
      nobody.stderr,
      `selfpaste: Expected a run that goes on in ${run}, but no process owns it\n` +
        `  look at it with \`selfpaste status ${run}\`, or go on with \`selfpaste resume ${run}\` [USAGE_NOT_RUNNING]\n`,
    );
  });

  it('whose terminal is closed saves and ends', { skip: noScript }, async () => {
    const run = bed.folderOf('closed');
    const command = `exec ${process.execPath} ${PROGRAM} run -c ${bed.folder}/selfpaste.yaml --set name=closed`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => terminal.once('close', resolve));
    const program = { process: terminal, pid: terminal.pid as number, ended } as unknown as Program;
    await reached(run, program, checkpointAt(0, 4));
    const owner = JSON.parse(readFileSync(`${run}/owner.json`, 'utf8')).pid as number;
    terminal.kill('SIGKILL');
    await gone([owner]);
    assert.match(JSON.stringify(lastEvent(run, 'run-stopped')), /interrupted by SIGHUP: its terminal was closed/);
    await bed.finish('closed');
  });

  it('whose trainer dies again and again waits, and goes on waiting in another process', { skip: unlessLong('pause') }, async () => {
    const run = bed.folderOf('waiting');
    const program = bed.launch('waiting', { SELFPASTE_KILL_AT: 'checkpoint-file-written' });
    await reached(run, program, holds('waiting'));
    const retry = lookInto(run, stateIn)?.context.retry;
    assert.equal(retry?.failures, 1);
    assert.equal(retry?.waitMs, 4000);
    assert.equal(retry?.failure.code, 'ENVIRONMENT_CHILD_DIED');
    assert.match(JSON.stringify(lastEvent(run, 'run-waiting')), /The trainer process \d+ ended unexpectedly \(SIGKILL\)/);
    assert.equal((await killNow(program)).signal, 'SIGKILL');

    await bed.finish('waiting');
    const [, second] = lookInto(run, (db) => db.stageTimes.all().filter(({ stage, round }) => stage === 'train' && round === 0));
    const late = (second?.startedAtMs ?? 0) - (retry?.dueMs ?? 0);
    assert.ok(late >= 0, `tried again ${-late} ms before its time`);
  });
});

/** Asks a run whose trainer is held until the request was taken: on a busy machine asking takes longer than a small training. */
async function askedInTraining(program: Program, word: 'pause' | 'stop', run: string): Promise<Ended> {
  const trainer = (await childOf(program, 'trainer')) ?? assert.fail('the run ended before it trained');
  signal(trainer, 'SIGSTOP');
  const asker = startProgram([word, run]);
  await Promise.race([requestTaken(join(run, 'requests')), asker.ended]);
  signal(trainer, 'SIGCONT');
  return await asker.ended;
}

/** Waits until a request came into a run's box and was taken out of it. */
async function requestTaken(box: string): Promise<void> {
  for await (const { filename } of watch(box, { persistent: false }))
    if (filename?.endsWith('.json') && !existsSync(join(box, filename))) return;
}

/** Waits until a process is stopped as a shell stops its jobs. */
async function suspended({ pid }: Program): Promise<void> {
  while (!/^\d+ \(.*\) T/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await pause(20);
}
