import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { setTimeout as elapsed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import type { Beat, LabelerReply, LabelerRequest } from './messages.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

type Labeler = Child<LabelerRequest, LabelerReply>;

/** Runs with a process that is there, and ends it. */
async function withLabeler(use: (child: Labeler) => Promise<void>): Promise<void> {
  const child: Labeler = startChild('labeler', fileOf('test-labeler'));
  try {
    child.send({ kind: 'detect', pictures: [{ id: 0, path: 'first' }] });
    assert.equal((await child.receive(60_000)).kind, 'detected');
    await use(child);
  } finally {
    await child.kill();
  }
}

const lookAt = (child: Labeler, path: string): void => child.send({ kind: 'detect', pictures: [{ id: 1, path }] });

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('beats say how large a process is, and are no answers', () =>
  withLabeler(async (child) => {
    assert.equal(child.rssMb, 0);
    lookAt(child, 'slow for 2600 ms');
    assert.equal((await child.receive(60_000)).kind, 'detected');
    assert.ok(child.rssMb > 10 && child.rssMb < 1000, `${child.rssMb} MB`);
  }));

test('a process that is alive and does not answer is ended, and said to be alive', () =>
  withLabeler(async (child) => {
    lookAt(child, 'hang');
    await assert.rejects(child.receive(3000), {
      code: 'ENVIRONMENT_CHILD_STALLED',
      message: /^The labeler process \d+ is alive \(last beat \d s ago, \d+ MB\) but has not answered for 3 s and was ended$/,
      hint: 'check the free memory and `selfpaste doctor`, then go on with `selfpaste resume`',
    });
    assert.equal(isRunning(child.pid), false);
  }));

test('a process that says nothing at all is ended, too', () =>
  withLabeler(async (child) => {
    process.kill(child.pid, 'SIGSTOP');
    lookAt(child, 'second');
    await assert.rejects(child.receive(1200), {
      code: 'ENVIRONMENT_CHILD_STALLED',
      message: /^The labeler process \d+ says nothing at all, no beat either, for 1 s and was ended$/,
    });
    assert.equal(isRunning(child.pid), false);
  }));

/** Stops a process that waits for a labeler, lets it go on, and gives what became of its waiting. */
async function waitStopped(stallMs: number, alsoLabeler: boolean): Promise<string> {
  const orchestrator = fork(fileOf('test-orchestrator'), ['slow for 500 ms', String(stallMs)]);
  const [{ waitsFor }] = (await once(orchestrator, 'message')) as [{ waitsFor: number }];
  const [answered, closed] = [once(orchestrator, 'message'), once(orchestrator, 'close')];
  const stopped = [orchestrator.pid as number, ...(alsoLabeler ? [waitsFor] : [])];
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  await elapsed(4000);
  for (const pid of stopped) {
    process.kill(pid, 'SIGCONT');
    await elapsed(300);
  }
  const [{ answer }] = (await answered) as [{ answer: string }];
  await closed;
  return answer;
}

test('an answer that came while the orchestrator was stopped is taken, however late', async () => {
  assert.equal(await waitStopped(900, false), 'detected');
});

test('the time in which all were stopped, as by a machine that sleeps, is not counted', async () => {
  assert.equal(await waitStopped(3000, true), 'detected');
});

test('nothing of a process that was ended is left', async () => {
  const handles = (names: RegExp) => process.getActiveResourcesInfo().filter((name) => names.test(name));
  const pipes = handles(/Pipe/);
  await withLabeler(async (child) => {
    lookAt(child, 'hang');
    await assert.rejects(child.receive(100), { code: 'ENVIRONMENT_CHILD_STALLED' });
  });
  await withLabeler(async (child) => {
    process.kill(child.pid, 'SIGKILL');
    await assert.rejects(child.receive(60_000), { code: 'ENVIRONMENT_CHILD_DIED', message: /ended unexpectedly \(SIGKILL\)$/ });
  });
  await elapsed(50);
  assert.deepEqual(handles(/Pipe/), pipes);
  assert.deepEqual(handles(/Process|Timeout|Immediate/), []);
});

test('signals that reach the whole process group, and a stderr that nobody reads, do not end a process', async () => {
  const child = fork(fileOf('test-labeler'), { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const lookAt = async (path: string): Promise<string> => {
    child.send({ kind: 'detect', pictures: [{ id: 1, path }] } satisfies LabelerRequest);
    for await (const [message] of on(child, 'message') as AsyncIterable<[LabelerReply | Beat]>)
      if (message.kind !== 'beat') return message.kind;
    return 'nothing';
  };
  assert.equal(await lookAt('first'), 'detected');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
  child.stderr?.destroy();
  await elapsed(50);
  assert.equal(await lookAt('complain'), 'detected');
  assert.equal(await lookAt('third'), 'detected');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [1, null]);
});
