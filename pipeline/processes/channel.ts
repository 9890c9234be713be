import process from 'node:process';
import { errorFacts } from '../../core/index.ts';

/** A child's side of its channel. Requests come one after the other; `handle` may take its time. */
export function serve<Request, Reply>(handle: (request: Request, reply: (message: Reply) => void) => Promise<void>): void {
  const reply = (message: Reply | { kind: 'failed'; error: ReturnType<typeof errorFacts> }) => {
    process.send?.(message as object, () => {});
  };
  // Ctrl-C reaches the whole process group; who decides what it means is the orchestrator.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(1));
  let turn: Promise<void> = Promise.resolve();
  process.on('message', (request) => {
    turn = turn
      .then(() => handle(request as Request, reply))
      .catch((error: unknown) => reply({ kind: 'failed', error: errorFacts(error) }));
  });
}
