import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { RunEvent } from '../pipeline/index.ts';
import { progressView } from './progress-view.ts';

const progress = (done: number, facts = {}): RunEvent => ({
  kind: 'progress',
  round: 1,
  stage: 'label',
  done,
  total: 200,
  unit: 'pictures',
  facts,
});

/** A story with one event of each kind. */
const STORY: readonly RunEvent[] = [
  { kind: 'run-started', folder: '/runs/a', facts: { seed: 7 } },
  { kind: 'stage-started', round: 1, stage: 'label' },
  progress(1, { rate: 12.34, predictions: 5 }),
  { kind: 'note', round: 1, level: 'warn', text: 'bad\u001b[2Jname' },
  { kind: 'note', round: 1, level: 'info', text: 'student n' },
  { kind: 'measured', round: 1, step: 500, facts: { maskAp: 0.41239, maskAp50: 0.5, maskAp75: 0.4, boxAp: null } },
  { kind: 'stage-finished', round: 1, stage: 'evaluate', durationMs: 65_000, facts: { maskAp: 0.41239, boxAp: null, step: 500 } },
  { kind: 'run-finished', facts: { rounds: 1, best: 0.4 } },
  { kind: 'run-stopped', folder: '/runs/a', why: 'interrupted', facts: { round: 1 } },
  { kind: 'run-failed', error: { code: 'X', message: 'told by the command', hint: 'not here' } },
];

/** What a view writes to a stream while it is told a story. */
function written(t: TestContext, stream: 'stdout' | 'stderr', tell: () => void): string {
  let text = '';
  const write = t.mock.method(process[stream], 'write', (chunk: string) => {
    text += chunk;
    return true;
  });
  try {
    tell();
  } finally {
    write.mock.restore();
  }
  return text;
}

describe('plain progress', { skip: process.stderr.isTTY ? 'stderr is a terminal' : false }, () => {
  it('is one line an event, on stderr', (t) => {
    const view = progressView(false);
    const lines = written(t, 'stderr', () => STORY.forEach(view.emit)).split('\n');
    assert.deepEqual(lines, [
      'run in /runs/a: seed 7',
      'round 1 label    1/200 pictures  12.3/s  5 predictions',
      'warning: bad\\x1b[2Jname',
      '  student n',
      'round 1 measured at step 500: maskAp 0.4124, maskAp50 0.5000, boxAp -',
      'round 1 evaluate done in 65 s: maskAp 0.4124, boxAp -, step 500',
      'finished: rounds 1, best 0.4000',
      `stopped (interrupted); go on with \`selfpaste resume ${lines[7]?.match(/resume (.*)`/)?.[1]}\``,
      '',
    ]);
  });

  it('tells progress now and then, not each time', (t) => {
    const view = progressView(false);
    const text = written(t, 'stderr', () => {
      for (let done = 1; done <= 100; done++) view.emit(progress(done));
    });
    assert.equal(text, 'round 1 label    1/200 pictures\n');
  });

  it('estimates the time left from what this process has done', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const view = progressView(false);
    const text = written(t, 'stderr', () => {
      // 100 of 200 were done before: they tell nothing of the pace.
      view.emit(progress(100));
      t.mock.timers.tick(10_000);
      view.emit(progress(110));
    });
    assert.match(text, /110\/200 pictures {2}90 s left\n$/);
  });

  it('does not take pictures that are taken over for a measure of the time left', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const view = progressView(false);
    const text = written(t, 'stderr', () => {
      view.emit(progress(1, { toDetect: 20 }));
      t.mock.timers.tick(20_000);
      view.emit(progress(150, { toDetect: 16, rate: 0.2 }));
    });
    assert.match(text, /150\/200 pictures {2}0\.2\/s {2}80 s left\n$/);
  });
});

it('NDJSON is one document an event on stdout, with its time', (t) => {
  const view = progressView(true);
  const text = written(t, 'stdout', () => STORY.forEach(view.emit));
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent & { atMs: number });
  assert.equal(events.length, STORY.length);
  events.forEach(({ atMs, ...event }, index) => {
    assert.equal(typeof atMs, 'number');
    assert.deepEqual(event, STORY[index]);
  });
});
