import process from 'node:process';
import { ExitCode } from '../core/index.ts';

/** Aborted by the first SIGINT or SIGTERM: stop at the next safe point. The second ends the process at once; only work since the last commit is lost. */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(ExitCode.interrupted);
    process.stderr.write('\nstopping at the next safe point; once more stops now\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}
