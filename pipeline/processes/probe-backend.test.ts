import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../test/small-run.ts';
import { type Child, startChild } from './child.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';
import { probeBackendAgain } from './probe-backend.ts';

const WITHOUT_BACKEND = fileURLToPath(new URL('./test-trainer.js', import.meta.url));
const HANGING = fileURLToPath(new URL('./test-hanging-trainer.js', import.meta.url));
const WAITING = new AbortController().signal;

interface Trainers {
  /** How many of the first are killed at once. */
  readonly killed: number;
  readonly file?: string;
  readonly stop?: AbortSignal;
  /** When something was told. */
  readonly heard?: () => void;
}

/** Asks trainers for the wasm backend. @returns its name or why there is none, what was told, how many were asked, and their processes */
async function probe({ killed, file, stop = WAITING, heard = () => {} }: Trainers) {
  const told: string[] = [];
  const pids: number[] = [];
  const start = (): Child<TrainerRequest, TrainerReply> => {
    const child = startChild<TrainerRequest, TrainerReply>('trainer', file);
    if (pids.push(child.pid) <= killed) process.kill(child.pid, 'SIGKILL');
    return child;
  };
  const warn = (text: string) => {
    told.push(text);
    heard();
  };
  const answer = await probeBackendAgain('wasm', { threads: 1, deterministic: false }, { warn, stop }, start).then(
    ({ name }) => name,
    ({ code }: { readonly code: string }) => code,
  );
  return { answer, told, starts: pids.length, pids };
}

describe('a trainer that is asked for its backend', () => {
  it('and killed is followed by another one, which is told', async () => {
    const { answer, told, starts } = await probe({ killed: 2 });
    assert.deepEqual([answer, starts, told.length], ['wasm', 3, 2]);
    for (const text of told) assert.match(text, /^The trainer process \d+ ended unexpectedly \(SIGKILL\); started again$/);
  });

  it('is the third one at most', async () => {
    const { answer, told, starts } = await probe({ killed: 9 });
    assert.deepEqual([answer, starts, told.length], ['ENVIRONMENT_CHILD_DIED', 3, 2]);
  });

  it('is not started where nobody waits any more', async () => {
    const { answer, starts } = await probe({ killed: 9, stop: AbortSignal.abort() });
    assert.deepEqual([answer, starts], ['INTERRUPTED', 0]);
  });

  it('is the last one where the run is stopped before the next', async () => {
    const stop = new AbortController();
    const { answer, starts } = await probe({ killed: 9, stop: stop.signal, heard: () => stop.abort() });
    assert.deepEqual([answer, starts], ['INTERRUPTED', 1]);
  });

  it('is ended where it hangs and the run is stopped', async () => {
    const stop = new AbortController();
    const startedMs = performance.now();
    setTimeout(() => stop.abort(), 500);
    const { answer, told, starts, pids } = await probe({ killed: 0, file: HANGING, stop: stop.signal });
    assert.deepEqual([answer, told, starts], ['INTERRUPTED', [], 1]);
    assert.ok(performance.now() - startedMs < 10_000);
    assert.ok(!isAlive(pids[0] as number));
  });

  it('is believed that it has none', async () => {
    const { answer, told, starts } = await probe({ killed: 0, file: WITHOUT_BACKEND });
    assert.deepEqual([answer, told, starts], ['ENVIRONMENT_NO_TENSORFLOW', [], 1]);
  });
});
