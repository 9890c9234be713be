import process from 'node:process';
import { errorFacts } from '../../core/index.ts';
import type { Beat, ChildFailure } from './messages.ts';

const BEAT_MS = 2000;

/** A child's side of its channel. Requests come one after the other; `handle` may take its time. Beats go on meanwhile. */
export function serve<Request, Reply extends object>(handle: (request: Request, reply: (message: Reply) => void) => Promise<void>): void {
  const reply = (message: Reply | Beat | ChildFailure) => {
    process.send?.(message, () => {});
  };
  outliveSignals();
  process.on('disconnect', () => process.exit(1));
  setInterval(() => reply({ kind: 'beat', rssMb: rssMb() }), BEAT_MS).unref();
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (request) => {
    turn = turn
      .then(() => handle(request as Request, reply))
      .catch((error: unknown) => reply({ kind: 'failed', error: errorFacts(error) }));
  });
}

/** What this process takes of memory. */
export const rssMb = (): number => process.memoryUsage.rss() / 2 ** 20;

/** Who ends a unit or a container tells all of its processes; who decides what that means is the orchestrator. */
function outliveSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  // Nobody reads what is written when the orchestrator is gone: the channel's end is what ends this process then.
  process.stderr.on('error', () => {});
}
