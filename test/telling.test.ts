/** A run whose process is killed between what happened and the telling of it: who goes on tells it. And one whose probe is killed. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { skip } from './interruption.ts';
import {
  assertEnded,
  childrenOf,
  lookInto,
  makeScenes,
  type Program,
  rowsOf,
  runProgram,
  SMALL,
  startProgram,
  writeConfig,
} from './small-run.ts';

/** What is looked at of a notice. */
interface Told {
  readonly id: string;
  readonly event: string;
}

/** A process of a run that is measured comes by two states: that of its promotion, and that of the end of its round. */
const AT_THE_END = { SELFPASTE_KILL_AT: 'snapshot-committed:2' };
const owed = (run: string): object[] => lookInto(run, (db) => rowsOf(db, 'SELECT id, tries FROM notices'));
const eventsOf = (told: readonly Told[]): string[] => told.map(({ event }) => event);

/** A server that takes notices, and does something before it answers. */
async function withServer(use: (url: string, told: Told[], first: (act: () => void) => void) => Promise<void>): Promise<void> {
  const told: Told[] = [];
  let act = () => {};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    told.push(JSON.parse(body) as Told);
    act();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, told, (wanted) => {
      act = wanted;
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('a run that is killed before it tells', { skip }, () => {
  let folder: string;
  let measured: string;
  let copies = 0;

  /** A run that has measured its student, and stands still. */
  const copy = (): string => {
    const run = join(folder, `copy-${copies++}`);
    cpSync(measured, run, { recursive: true });
    return run;
  };
  const resume = (run: string, who: readonly string[], variables: NodeJS.ProcessEnv = {}): Program =>
    startProgram(['resume', run, ...who], folder, variables);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'selfpaste-telling-'));
    await makeScenes(folder);
    const config = writeConfig(folder, { ...SMALL, rounds: 0, train: { ...SMALL.train, steps: 4 } });
    assertEnded(await runProgram(['run', '-c', config, '--until', 'stage=evaluate'], folder), 0);
    measured = join(folder, 'runs/small');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tells a command when it goes on, once', async () => {
    const [run, file] = [copy(), join(folder, 'told')];
    const who = ['--on-event', `cat >> '${file}'`];
    const told = () =>
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Told);
    assert.equal((await resume(run, who, AT_THE_END).ended).signal, 'SIGKILL');
    assert.ok(!existsSync(file));
    const [{ id }] = owed(run) as [{ id: string }];
    assertEnded(await resume(run, who).ended, 0);
    assert.deepEqual(eventsOf(told()), ['round-finished', 'run-finished']);
    assert.equal(told()[0]?.id, id);
    assertEnded(await resume(run, who).ended, 0);
    assert.deepEqual([told().length, owed(run)], [2, []]);
  });

  it('tells a webhook when it goes on; what was taken and not crossed out comes again under its id', () =>
    withServer(async (url, told, first) => {
      const [run, who] = [copy(), ['--webhook', url]];
      assert.equal((await resume(run, who, AT_THE_END).ended).signal, 'SIGKILL');
      assert.deepEqual([eventsOf(told), owed(run).length], [[], 1]);
      const program = resume(run, who);
      first(() => program.process.kill('SIGKILL'));
      assert.equal((await program.ended).signal, 'SIGKILL');
      first(() => {});
      assertEnded(await resume(run, who).ended, 0);
      assert.deepEqual(eventsOf(told), ['round-finished', 'round-finished', 'run-finished']);
      assert.equal(told[0]?.id, told[1]?.id);
      assert.deepEqual(owed(run), []);
    }));

  it('does not tell others, nor what happened before anybody was named', async () => {
    const [run, file] = [copy(), join(folder, 'told by another')];
    assert.equal((await resume(run, [], AT_THE_END).ended).signal, 'SIGKILL');
    assert.deepEqual(owed(run), []);
    assertEnded(await resume(run, ['--on-event', `cat >> '${file}'`]).ended, 0);
    assert.deepEqual(
      eventsOf(
        readFileSync(file, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Told),
      ),
      ['run-finished'],
    );
  });

  it('is let go of while it tells a slow receiver, which is crossed out afterwards', async () => {
    const run = copy();
    const file = join(folder, 'told slowly');
    const program = resume(run, ['--on-event', `cat >> '${file}'; until [ -e '${file}.enough' ]; do sleep 0.1; done`]);
    let output = '';
    program.process.stdout?.on('data', (text: Buffer) => {
      output += text;
    });
    program.process.stderr?.on('data', (text: Buffer) => {
      output += text;
    });
    while (!output.includes('still telling the command cat')) await pause(20);
    assertEnded(await resume(run, []).ended, 0);
    assert.equal(program.process.exitCode, null);
    assert.equal(owed(run).length, 2);
    writeFileSync(`${file}.enough`, '');
    assertEnded(await program.ended, 0);
    assert.deepEqual(owed(run), []);
  });

  it('asks another trainer what it would train with, where the first is killed', async () => {
    const program = resume(copy(), []);
    let probe: number | undefined;
    while (probe === undefined) {
      await pause(5);
      [probe] = childrenOf(program.pid, 'trainer');
    }
    process.kill(probe, 'SIGKILL');
    const ended = await program.ended;
    assertEnded(ended, 0);
    assert.match(ended.stderr + ended.stdout, new RegExp(`The trainer process ${probe} ended unexpectedly \\(SIGKILL\\); started again`));
  });
});
