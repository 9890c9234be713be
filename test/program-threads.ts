import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Ended } from './small-run.ts';

/** The program as it answers many command lines in turn, without a start for each. */
export interface ProgramThread {
  readonly run: (args: readonly string[]) => Promise<Ended>;
  readonly stop: () => Promise<number>;
}

/** Starts the program in a thread: for tests of commands that look and decide, not of processes and signals. One command at a time. */
export function programThread(): ProgramThread {
  const worker = new Worker(new URL('./program-thread.js', import.meta.url));
  return {
    run: async (args) => {
      worker.postMessage(args);
      const [ended] = await once(worker, 'message');
      return ended;
    },
    stop: () => worker.terminate(),
  };
}
