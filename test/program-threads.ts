import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Ended } from './small-run.ts';

/** The program as it answers many command lines in turn, without a start for each. */
export interface ProgramThread {
  readonly run: (args: readonly string[]) => Promise<Ended>;
  /** What a command that ends well prints as JSON. */
  readonly json: <Result>(args: readonly string[]) => Promise<Result>;
  readonly stop: () => Promise<number>;
}

/** Starts the program in a thread: for tests of commands that look and decide, not of processes and signals. One command at a time. */
export function programThread(): ProgramThread {
  const worker = new Worker(new URL('./program-thread.js', import.meta.url));
  const run = async (args: readonly string[]): Promise<Ended> => {
    worker.postMessage(args);
    const [ended] = await once(worker, 'message');
    return ended;
  };
  return {
    run,
    json: async (args) => {
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    },
    stop: () => worker.terminate(),
  };
}
