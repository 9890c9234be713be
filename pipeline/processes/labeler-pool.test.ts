import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';
import { LabelerPool, type PoolWork } from './labeler-pool.ts';
import type { LabelerProcess } from './labeler-session.ts';
import { DEFAULT_LABELING } from './labeler-settings.ts';
import type { DetectionOutcome } from './messages.ts';

const entry = fileURLToPath(new URL('./test-labeler.js', import.meta.url));
const start = (): LabelerProcess => startChild('labeler', entry);
const settings = { ...DEFAULT_LABELING, floor: 0.1, nmsIou: 0.7, maxDetections: 10 };
const arrangement = (processes: number, batch = 1) => ({ processes, threads: 1, spinning: false, batch });

interface Labeled {
  readonly outcomes: readonly Extract<DetectionOutcome, { status: 'unusable' }>[];
  readonly told: readonly string[];
}

async function label(
  names: readonly string[],
  changes: Partial<PoolWork>,
  each: (done: number, reason: string) => void = () => {},
  stallMs?: number,
): Promise<Labeled> {
  const told: string[] = [];
  const outcomes: Labeled['outcomes'][number][] = [];
  const work: PoolWork = {
    model: 'none.onnx',
    settings,
    arrangement: arrangement(2),
    images: names.map((path, id) => ({ id, path })),
    stop: new AbortController().signal,
    tell: (_level, text) => told.push(text),
    ...changes,
  };
  for await (const outcome of new LabelerPool(work, start, stallMs).outcomes()) {
    assert.equal(outcome.status, 'unusable');
    outcomes.push(outcome);
    each(outcomes.length, outcome.reason);
  }
  return { outcomes, told };
}

const names = (count: number, name: (at: number) => string = (at) => `${at}`) => Array.from({ length: count }, (_, at) => name(at));
const ids = ({ outcomes }: Labeled) => outcomes.map(({ id }) => id);
const processes = ({ outcomes }: Labeled) => new Set(outcomes.map(({ reason }) => reason.split(' ').at(-1)));
const inOrder = (count: number) => Array.from({ length: count }, (_, id) => id);

for (const [count, batch] of [
  [1, 1],
  [3, 1],
  [2, 4],
]) {
  test(`${count} process(es), ${batch} picture(s) a request: outcomes come in the order of the pictures`, async () => {
    // All but one process are kept busy for long, so that the last one begins however late it starts.
    const slow = (at: number) => (at < batch * (count - 1) && at % batch === 0 ? `slow for 3000 ms ${at}` : `slow ${at}`);
    const labeled = await label(
      names(40, (at) => (at % 7 === 0 || at < batch * (count - 1) ? slow(at) : `${at}`)),
      { arrangement: arrangement(count, batch) },
    );
    assert.deepEqual(ids(labeled), inOrder(40));
    assert.equal(processes(labeled).size, count);
    assert.deepEqual(labeled.told, ['it looks at nothing']);
  });
}

test('a picture that ends its process twice is left out, and the others are not', async () => {
  for (const batch of [1, 4]) {
    const labeled = await label(
      names(20, (at) => (at === 5 || at === 6 ? `killer ${at}` : `${at}`)),
      { arrangement: arrangement(2, batch) },
    );
    assert.deepEqual(ids(labeled), inOrder(20));
    const left = labeled.outcomes.filter(({ reason }) => reason === 'the labeler process ended 2 times while it worked on this picture');
    assert.deepEqual(
      left.map(({ id }) => id),
      [5, 6],
    );
    assert.match(labeled.told.join('\n'), /The labeler process \d+ ended unexpectedly \(SIGKILL\); started again/);
  }
});

test('a process that hangs is replaced, and every picture is answered once', async () => {
  let stopped = '';
  const labeled = await label(
    names(60, (at) => `slow for 30 ms ${at}`),
    {},
    (done, reason) => {
      if (done !== 8) return;
      stopped = reason.split(' ').at(-1) as string;
      process.kill(Number(stopped), 'SIGSTOP');
    },
    1000,
  );
  assert.deepEqual(ids(labeled), inOrder(60));
  assert.ok(labeled.outcomes.every(({ id, reason }) => reason.startsWith(`slow for 30 ms ${id} in `)));
  assert.equal(processes(labeled).size, 3);
  assert.deepEqual(labeled.told.slice(1), [
    `The labeler process ${stopped} says nothing at all, no beat either, for 1 s and was ended; started again`,
  ]);
});

test('a picture that a process hangs at twice is left out', async () => {
  const labeled = await label(
    names(6, (at) => (at === 2 ? 'hang' : `${at}`)),
    { arrangement: arrangement(1) },
    () => {},
    700,
  );
  assert.deepEqual(ids(labeled), inOrder(6));
  assert.equal(labeled.outcomes[2].reason, 'the labeler process ended 2 times while it worked on this picture');
  assert.equal(labeled.told.filter((text) => text.includes('for 1 s and was ended; started again')).length, 2);
});

test('a process that grows past the limit is replaced, and what it was sent is not lost', async () => {
  const labeled = await label(
    names(60, (at) => `leak ${at}`),
    { arrangement: arrangement(1), settings: { ...settings, memoryLimitMb: 300 } },
  );
  assert.deepEqual(ids(labeled), inOrder(60));
  assert.equal(processes(labeled).size, 3);
  assert.match(labeled.told[1], /^The labeler process \d+ has 310 MB, more than teacher.memoryLimitMb = 300; replaced$/);
});

test('a limit below what the first pictures need is said and not kept', async () => {
  const slow = names(10, (at) => `slow ${at}`);
  const labeled = await label(slow, { settings: { ...settings, memoryLimitMb: 50 } });
  assert.equal(processes(labeled).size, 2);
  assert.match(labeled.told[1], /has 100 MB, more than teacher.memoryLimitMb = 50, after 1 picture\(s\): the limit is not kept$/);
  assert.equal(labeled.told.length, 2);
});

test('stopping finishes what is on its way and serves an unbroken beginning', async () => {
  const stop = new AbortController();
  const labeled = await label(
    names(1000, (at) => `slow ${at}`),
    { stop: stop.signal },
    (done) => (done === 5 ? stop.abort() : undefined),
  );
  assert.ok(labeled.outcomes.length >= 5 && labeled.outcomes.length < 20);
  assert.deepEqual(ids(labeled), inOrder(labeled.outcomes.length));
});

/** A process that ends as soon as it begins. */
const dying = (): LabelerProcess => startChild('labeler', fileURLToPath(new URL('./nowhere.js', import.meta.url)));

test('stopping ends the wait before another process starts', async () => {
  const stop = new AbortController();
  let deaths = 0;
  let abortedMs = 0;
  const tell = (_level: string, text: string) => {
    // After the second death the third process would wait for half a second.
    if (!text.endsWith('started again') || ++deaths < 2) return;
    abortedMs = performance.now();
    stop.abort();
  };
  const work = { model: 'none.onnx', settings, arrangement: arrangement(1), images: [{ id: 0, path: 'a' }], stop: stop.signal, tell };
  assert.equal((await new LabelerPool(work, dying).outcomes().next()).done, true);
  assert.ok(performance.now() - abortedMs < 480);
});

test('processes that die before they do anything end the work', async () => {
  const work = {
    model: 'none.onnx',
    settings,
    arrangement: arrangement(2),
    images: [{ id: 0, path: 'a' }],
    stop: new AbortController().signal,
  };
  const told: string[] = [];
  const pool = new LabelerPool({ ...work, tell: (_level, text) => told.push(text) }, dying);
  await assert.rejects(pool.outcomes().next(), { code: 'ENVIRONMENT_CHILD_DIED', message: /ended unexpectedly \(exit code 1\)/ });
  assert.ok(told.some((text) => text.endsWith('the work goes on with 1 process(es)')));
});
