import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { BackendSettings } from '../backend.ts';

const program = fileURLToPath(new URL('./test-training.js', import.meta.url));

interface Trained {
  readonly backend: 'native' | 'wasm';
  readonly threads: number;
  readonly sha256: string;
}

/** Trains in a process of its own. */
const train = (settings: BackendSettings): Trained =>
  JSON.parse(
    execFileSync(process.execPath, [program, JSON.stringify(settings)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as Trained;

test('two trainings on two threads, in two processes, end with the same checkpoint, byte for byte', () => {
  const settings = { threads: 2, deterministic: false };
  assert.deepEqual(train(settings), train(settings));
});

test('deterministic trains on one thread whatever is asked for, and every time to the same bytes', () => {
  const [first, second] = [train({ threads: 2, deterministic: true }), train({ threads: 4, deterministic: true })];
  assert.equal(first.threads, 1);
  assert.deepEqual(second, first);
});
