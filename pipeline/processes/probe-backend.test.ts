import assert from 'node:assert/strict';
import process from 'node:process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import type { TrainerReply, TrainerRequest } from './messages.ts';
import { probeBackendAgain } from './probe-backend.ts';

const WITHOUT_BACKEND = fileURLToPath(new URL('./test-trainer.js', import.meta.url));
const WAITING = new AbortController().signal;

interface Trainers {
  /** How many of the first are killed at once. */
  readonly killed: number;
  readonly file?: string;
  readonly stop?: AbortSignal;
}

/** Asks trainers for the wasm backend. @returns its name or why there is none, what was told, and how many were asked */
async function probe({ killed, file, stop = WAITING }: Trainers) {
  const told: string[] = [];
  let starts = 0;
  const start = (): Child<TrainerRequest, TrainerReply> => {
    const child = startChild<TrainerRequest, TrainerReply>('trainer', file);
    if (starts++ < killed) process.kill(child.pid, 'SIGKILL');
    return child;
  };
  const answer = await probeBackendAgain(
    'wasm',
    { threads: 1, deterministic: false },
    { warn: (text) => told.push(text), stop },
    start,
  ).then(
    ({ name }) => name,
    ({ code }: { readonly code: string }) => code,
  );
  return { answer, told, starts };
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

  it('is the last one where nobody waits any more', async () => {
    const { answer, starts } = await probe({ killed: 9, stop: AbortSignal.abort() });
    assert.deepEqual([answer, starts], ['ENVIRONMENT_CHILD_DIED', 1]);
  });

  it('is believed that it has none', async () => {
    const { answer, told, starts } = await probe({ killed: 0, file: WITHOUT_BACKEND });
    assert.deepEqual([answer, told, starts], ['ENVIRONMENT_NO_TENSORFLOW', [], 1]);
  });
});
